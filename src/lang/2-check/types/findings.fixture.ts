// Programs in, findings of the checker out: what the tables of the type tests compare.
import { describe, expect, test } from 'vitest';
import type { Edition } from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { check } from '../check.ts';
import { memoryLoader } from '../memory-loader.ts';

const spec = (
  signature: string,
  name = signature.slice(0, signature.search(/[(:<]/)),
): BuiltinSpec => ({
  name,
  signature,
  doc: '',
  effect: 'pure',
  suspends: false,
});

export const BUILTINS: readonly BuiltinSpec[] = [
  spec('println(value: any) -> nil'),
  spec('len(value: any) -> int'),
  spec('decimal(value: string | int | decimal) -> decimal'),
  spec('round(n: number | decimal, digits: int?, how: string?) -> number | decimal'),
  spec('min(a: number | decimal, b: number | decimal) -> number | decimal'),
  spec('max(a: number | decimal, b: number | decimal) -> number | decimal'),
  spec('abs(n: number | decimal) -> number | decimal'),
  spec('to_string(value: any) -> string'),
  spec('type_of(value: any) -> string'),
  { ...spec('json_parse(text: string) -> any'), boundary: true },
  spec('iter(source: any) -> iter<any>'),
  spec('unreachable(value: any?) -> never'),
  { ...spec('await(task: any) -> any'), effect: 'wait', suspends: true },
  spec('schema_is(data: any, schema: any) -> bool'),
  spec('schema_expect(data: any, schema: any) -> any'),
  spec('schema_of(schema: any) -> dict'),
  spec('Ok(value: any) -> Result'),
  spec('Err(error: any) -> Result'),
  spec('unwrap(result: any) -> any'),
  spec('find_user(name: string) -> dict?'),
  spec('read_text(path: string) -> string', 'fs.read_text'),
  { ...spec('call(name: string, args: any?) -> any', 'host.call'), boundary: true },
];

export function checkText(
  text: string,
  edition: Edition = '2026',
  options: { readonly strictTypes?: boolean } = {},
) {
  return check(
    { id: 'main.harn', text },
    { loader: memoryLoader({}), builtins: BUILTINS, edition, ...options },
  );
}

/** `CODE message @ text` of every finding of the type checker, warnings and later ones marked. */
function findings(text: string, edition?: Edition): string[] {
  const program = checkText(text, edition);
  const show = (mark: string) => (d: (typeof program.diagnostics)[number]) =>
    `${mark}${d.code.slice(5)} ${d.message} @ ${text.slice(d.span.start, d.span.end)}`;
  return [
    ...program.diagnostics.map((d) => show(d.severity === 'warning' ? 'warning ' : '')(d)),
    ...program.latent.map(show('later ')),
  ];
}

type Case = readonly [title: string, text: string, ...findings: string[]];

export function table(title: string, cases: readonly Case[], edition?: Edition): void {
  describe(title, () => {
    test.each(cases)('%s', (_title, text, ...expected) => {
      expect(findings(text, edition)).toEqual(expected);
    });
  });
}
