import { describe, expect, test } from 'vitest';
import { check } from '../2-check/check.ts';
import { memoryLoader } from '../2-check/memory-loader.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import { completionsAt } from './completion.ts';
import { openOptionAt, tokensOf, withStandIn } from './cursor-context.ts';
import { hoverAt } from './hover.ts';
import type { ToolContext } from './members.ts';

const BUILTINS: readonly BuiltinSpec[] = [
  {
    name: 'net.get',
    signature: 'net.get(url: string, options: dict?) -> dict',
    doc: '',
    effect: 'read',
    suspends: true,
    aliases: ['http_get'],
    options: [
      {
        param: 'options',
        options: [
          { name: 'timeout_ms', type: 'int', doc: 'The time in milliseconds.' },
          { name: 'headers', type: 'dict', doc: 'Headers by name.' },
        ],
      },
    ],
  },
];

function contextOf(text: string): ToolContext {
  const program = check(
    { id: 'main', text },
    { builtins: BUILTINS, types: 'keep', loader: memoryLoader({}) },
  );
  return { program, module: program.entry, builtins: BUILTINS };
}

/** A program with its cursor at `|`. */
function at(marked: string): { readonly text: string; readonly offset: number } {
  const whole = `fn main(harness: Harness) { ${marked} }`;
  const offset = whole.indexOf('|');
  return { text: whole.replace('|', ''), offset };
}

/** What is offered at the cursor, asked as the language server does. */
function offered(marked: string): readonly string[] {
  const { text, offset } = at(marked);
  const option = openOptionAt(tokensOf({ id: 'main', text }), offset);
  const isWhole = option?.hasValue ?? false;
  const shown = isWhole ? text : withStandIn(text, offset, option === undefined ? '' : ': nil');
  return completionsAt(contextOf(shown), offset, () => []).map(({ label }) => label);
}

describe('names in a dict of options', () => {
  test.each([
    ['an empty dict', 'http_get("u", {|})'],
    ['a name that has begun', 'http_get("u", {time|})'],
    ['a method of the harness', 'harness.net.get("u", {|})'],
    ['a name that has its value', 'http_get("u", {ti|: 1})'],
  ])('are offered in %s', (_, marked) => {
    expect(offered(marked)).toEqual(['timeout_ms', 'headers']);
  });

  test('are offered once', () => {
    expect(offered('http_get("u", {timeout_ms: 1, |})')).toEqual(['headers']);
    expect(offered('http_get("u", {timeout_ms: 1, h|})')).toEqual(['headers']);
  });

  test.each([
    ['a value', 'http_get("u", {timeout_ms: |})'],
    ['a dict in an option', 'http_get("u", {headers: {|}})'],
    ['another argument', 'http_get({|}, {})'],
    ['a list', 'http_get("u", [|])'],
  ])('are not offered in %s', (_, marked) => {
    expect(offered(marked)).not.toContain('timeout_ms');
  });

  test('are explained under the pointer', () => {
    const { text, offset } = at('http_get("u", {time|out_ms: 1})');
    const shown = hoverAt(contextOf(text), offset);
    expect(shown).toMatchObject({ code: 'timeout_ms: int', doc: 'The time in milliseconds.' });
    expect(text.slice(shown?.span.start, shown?.span.end)).toBe('timeout_ms');
  });

  test('are not explained in a dict within an option', () => {
    const { text, offset } = at('http_get("u", {headers: {time|out_ms: 1}})');
    expect(hoverAt(contextOf(text), offset)?.doc).not.toBe('The time in milliseconds.');
  });
});
