// What is said about attributes: names that nobody looks at, and calls of what is `@deprecated`.
import { nearestName, type Span } from '../../base/index.ts';
import type { Attribute, Node } from '../ast.ts';
import { nameErrors } from './errors.ts';
import type { ModuleRecord } from './records.ts';

/** Attributes that somebody looks at. */
export const ATTRIBUTES: ReadonlySet<string> = new Set([
  'acp_skill',
  'acp_tool',
  'archivist',
  'complexity',
  'deprecated',
  'deterministic',
  'invariant',
  'retroactive',
  'semantic',
  'test',
  'test_fixture',
]);

/** Reports what is odd about the attributes of a module, and its calls of deprecated functions. */
export function checkAttributes(record: ModuleRecord): void {
  const declarations = new Set<Node>([...record.module.body, ...record.functions.keys()]);
  for (const node of declarations) {
    for (const { name, nameSpan } of attributesOf(node)) {
      if (ATTRIBUTES.has(name)) continue;
      const suggestion = nearestName(name, ATTRIBUTES);
      record.report(
        nameErrors.unknownAttribute({ name, suggestion }, { span: nameSpan }),
        'warning',
      );
    }
  }
  for (const [call, { target }] of record.calls) {
    if (target.kind !== 'function') continue;
    const { binding } = target;
    const mark = attributesOf(binding.node).find(({ name }) => name === 'deprecated');
    if (mark === undefined) continue;
    const about = { name: binding.name, since: textOf(mark, 'since'), use: textOf(mark, 'use') };
    record.report(nameErrors.deprecated(about, { span: placeOf(call) }), 'warning');
  }
}

function attributesOf(node: Node | undefined): readonly Attribute[] {
  return node !== undefined && 'attributes' in node ? node.attributes : [];
}

function textOf({ args }: Attribute, name: string): string | undefined {
  const value = args.find((each) => each.name === name)?.value;
  if (value?.kind !== 'literal' || value.value.kind !== 'StringLiteral') return undefined;
  return value.value.value;
}

/** The name that is called. */
function placeOf(
  call: ModuleRecord['calls'] extends Map<infer Call, unknown> ? Call : never,
): Span {
  if (call.kind === 'Call') return call.callee.span;
  return call.kind === 'Pipe' ? call.right.span : call.nameSpan;
}
