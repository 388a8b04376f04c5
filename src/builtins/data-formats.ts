// Builtins about YAML and TOML. Ints stay ints and floats floats; keys come out sorted, as dicts have them.
import {
  FormatError,
  formatExactToml,
  formatYaml,
  parseExactToml,
  parseYaml,
} from '../text/index.ts';
import { display, type Value } from '../values/index.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { fromExact, toExact } from './exact-data.ts';

/** What `read` gives; a broken text is the error of the builtin. */
export function reading<T>(name: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof FormatError) {
      throw wrong.argument({ builtin: name, detail: error.message });
    }
    throw error;
  }
}

function tomlText(value: Value): string {
  const data = toExact(value);
  if (data === null || typeof data !== 'object' || Array.isArray(data)) {
    throw wrong.argument({ builtin: 'toml_stringify', detail: 'a TOML document is a dict' });
  }
  const table = data as { readonly [key: string]: typeof data };
  return reading('toml_stringify', () => formatExactToml(table));
}

export function dataFormatRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'yaml_parse(text: string) -> any',
      {
        boundary: true,
        doc: 'The value of a YAML text; fails with the place when it is none. Timestamps are texts.',
      },
      (_, text) => fromExact(reading('yaml_parse', () => parseYaml(display(text)))),
    ),
    builtin(
      'yaml_stringify(value: any) -> string',
      {
        doc: 'A value as YAML, keys sorted.',
      },
      (_, value) => formatYaml(toExact(value)),
    ),
    builtin(
      'toml_parse(text: string) -> dict',
      {
        boundary: true,
        doc: 'The dict of a TOML text; fails with the place when it is none. Dates are texts.',
      },
      (_, text) => fromExact(reading('toml_parse', () => parseExactToml(display(text)))),
    ),
    builtin(
      'toml_stringify(value: dict) -> string',
      {
        doc: 'A dict as TOML. Entries of nil are left out, because TOML has no such value.',
      },
      (_, value) => tomlText(value),
    ),
  ];
}
