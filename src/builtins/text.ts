// Builtins about texts: the function forms of the string methods, Unicode, padding, templates with placeholders.
import { graphemes } from '../text/index.ts';
import {
  asDouble,
  callMethod,
  chars,
  contains,
  type Dict,
  dictGet,
  display,
  isDict,
  isList,
  type List,
  type SyncFunction,
  slice,
  type Value,
} from '../values/index.ts';
import { caseRows } from './case.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** The function form of a string method: the receiver becomes the first argument. */
function method(name: string, ...defaults: readonly Value[]): SyncFunction {
  return (ctx, text, ...args) => {
    const given = args.length === 0 ? defaults : args;
    return callMethod(ctx, display(text ?? ''), name, given);
  };
}

/** `substring(s, start, LENGTH)`: as a function the third argument is a length, not an end. */
function substring(text: Value, start: Value, length: Value): Value {
  const source = display(text);
  const from = Math.max(0, Math.trunc(asDouble(start) ?? 0));
  const count = asDouble(length);
  return slice(source, from, count === undefined ? null : from + Math.max(0, Math.trunc(count)));
}

const PLACEHOLDER = /\{(\w*)\}/g;

/** `{}` takes the next argument; with a dict, `{name}` takes its field. What has no value stays as written. */
function format(template: string, args: List): string {
  const named = args[0];
  if (args.length === 1 && named !== undefined && isDict(named) && !template.includes('{}')) {
    return fillNamed(template, named);
  }
  let next = 0;
  return template.replace(PLACEHOLDER, (whole, name: string) => {
    if (name !== '' || next >= args.length) return whole;
    next += 1;
    return display(args[next - 1] as Value);
  });
}

function fillNamed(template: string, values: Dict): string {
  return template.replace(PLACEHOLDER, (whole, name: string) => {
    const value = dictGet(values, name);
    return value === undefined ? whole : display(value);
  });
}

const FORMS = ['NFC', 'NFD', 'NFKC', 'NFKD'] as const;

function normalize(text: string, form: string): string {
  const known = FORMS.find((each) => each === form);
  if (known !== undefined) return text.normalize(known);
  throw wrong.argument({
    builtin: 'unicode_normalize',
    detail: `form must be one of ${FORMS.join(', ')}`,
  });
}

/** Wider texts are nothing to look at. */
const WIDEST = 1_000_000;

/** Pads to a width in graphemes; with `both` the extra character goes to the right. */
function pad(text: string, width: number, fill: string, side: string): string {
  if (!(width <= WIDEST)) {
    throw wrong.argument({ builtin: 'str_pad', detail: `width must be at most ${WIDEST}` });
  }
  const missing = Math.max(0, Math.floor(width) - graphemes(text).length);
  const unit = chars(fill)[0] ?? ' ';
  if (side === 'left') return unit.repeat(missing) + text;
  if (side === 'right') return text + unit.repeat(missing);
  if (side === 'both') {
    const left = Math.floor(missing / 2);
    return unit.repeat(left) + text + unit.repeat(missing - left);
  }
  throw wrong.argument({ builtin: 'str_pad', detail: 'side must be left, right or both' });
}

function basicRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'trim(text: string) -> string',
      { doc: 'Without white space at both ends.' },
      method('trim'),
    ),
    builtin(
      'lowercase(text: string) -> string',
      { doc: 'In lower case.', aliases: ['lower'] },
      method('lowercase'),
    ),
    builtin(
      'uppercase(text: string) -> string',
      { doc: 'In upper case.', aliases: ['upper'] },
      method('uppercase'),
    ),
    builtin(
      'split(text: string, separator: string?) -> list<string>',
      { doc: 'The parts between separators; a space unless given.' },
      method('split', ' '),
    ),
    builtin(
      'starts_with(text: string, prefix: string) -> bool',
      { doc: 'Whether a text begins with another.' },
      method('starts_with'),
    ),
    builtin(
      'ends_with(text: string, suffix: string) -> bool',
      { doc: 'Whether a text ends with another.' },
      method('ends_with'),
    ),
    builtin(
      'contains(container: any, item: any) -> bool',
      { doc: 'Whether a text has a part, or a list, set or range an item.' },
      // A dict has keys, not parts: asking it is `key in dict`, and this answers false.
      (_, container, item) => !isDict(container) && contains(container, item),
    ),
    builtin(
      'replace(text: string, search: string, replacement: string) -> string',
      { doc: 'Every occurrence replaced.' },
      method('replace'),
    ),
    builtin(
      'join(items: list, separator: string?) -> string',
      { doc: 'The texts of the items, with the separator between them.' },
      (ctx, items, separator = '') =>
        isList(items) ? callMethod(ctx, items, 'join', [separator]) : '',
    ),
    builtin(
      'substring(text: string, start: int, length: int?) -> string',
      {
        doc: 'A part of a text by start and length. The method of this name takes start and end.',
      },
      (_, text, start, length = null) => substring(text, start, length),
    ),
  ];
}

export function textRows(): readonly BuiltinRow[] {
  return [
    ...basicRows(),
    builtin(
      'format(template: string, ...args: any) -> string',
      {
        doc: 'Fills `{}` with the arguments in turn, or `{name}` from the fields of a dict.',
      },
      (_, template, ...args) => format(display(template ?? ''), args),
    ),
    builtin(
      'unicode_normalize(text: string, form: string) -> string',
      { doc: 'The Unicode normal form NFC, NFD, NFKC or NFKD of a text.' },
      (_, text, form) => normalize(display(text), display(form)),
    ),
    builtin(
      'unicode_graphemes(text: string) -> list<string>',
      { doc: 'What a reader would count as characters, one text each.' },
      (_, text) => graphemes(display(text)),
    ),
    builtin(
      'str_pad(text: string, width: int, fill: string?, side: string?) -> string',
      { doc: 'Padded to a width in visible characters: side left, right (default) or both.' },
      (_, text, width, fill = ' ', side = 'right') =>
        pad(display(text), asDouble(width) ?? 0, display(fill ?? ' '), display(side ?? 'right')),
    ),
    ...caseRows(),
  ];
}
