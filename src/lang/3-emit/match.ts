// `match`: arms are tried in order, each in a labelled block that it leaves when its pattern or guard fails.
import { assertNever } from '../../base/index.ts';
import type { Match, MatchArm, MatchPattern, NamePattern } from '../ast.ts';
import type { Emitter } from './emitter.ts';
import type { Dest } from './frame.ts';
import { type Js, quote } from './js.ts';
import { equality } from './operators.ts';
import { declareVariable } from './pattern.ts';

export function matchExpression(em: Emitter, node: Match, dest: Dest): void {
  const subject = em.names.fresh('subject');
  const done = em.label('M');
  em.push('{', `const ${subject} = ${em.value(node.subject)};`, `${done}: {`);
  const isTotal = node.arms.some((arm) => emitArm(em, arm, subject, done, dest));
  if (!isTotal) em.push(`${em.call('noMatch', [], node)};`);
  em.push('}', '}');
}

/** Emits one arm; true when it always matches, so that nothing after it can. */
function emitArm(em: Emitter, arm: MatchArm, subject: Js, done: string, dest: Dest): boolean {
  const fail = em.label('A');
  const { lines } = em.capture(() => {
    test(em, arm.pattern, subject, `break ${fail};`);
    if (arm.guard !== undefined) em.push(`if (!${em.condition(arm.guard)}) break ${fail};`);
    em.statements(arm.body.statements, dest);
    if (!em.endsWithJump()) em.push(`break ${done};`);
  });
  em.push(`${fail}: {`, ...lines, '}');
  return (
    arm.guard === undefined &&
    (arm.pattern.kind === 'WildcardPattern' || arm.pattern.kind === 'BindPattern')
  );
}

/** Leaves by `miss` unless the value fits, and declares the variables of the pattern. */
function test(em: Emitter, pattern: MatchPattern, value: Js, miss: Js): void {
  switch (pattern.kind) {
    case 'WildcardPattern':
      return;
    case 'BindPattern': {
      const binding = em.declared(pattern);
      if (binding !== undefined) declareVariable(em, binding, value, false);
      return;
    }
    case 'ValuePattern':
      em.push(`if (!${equality(em, value, em.value(pattern.value))}) ${miss}`);
      return;
    case 'OrPattern':
      testAlternatives(em, pattern.alternatives, value, miss);
      return;
    case 'VariantPattern': {
      const enumName = pattern.enumName === undefined ? 'Result' : pattern.enumName;
      em.push(
        `if (!${em.$('isVariant')}(${value}, ${quote(enumName)}, ${quote(pattern.variant)})) ${miss}`,
      );
      pattern.args?.forEach((arg, i) => {
        part(em, arg, `${value}.fields[${i}] ?? null`, miss);
      });
      return;
    }
    case 'ListMatchPattern': {
      const count = pattern.elements.length;
      const compare = pattern.rest === undefined ? '!==' : '<';
      em.push(`if (!${em.$('isArray')}(${value}) || ${value}.length ${compare} ${count}) ${miss}`);
      pattern.elements.forEach((element, i) => {
        part(em, element, `${value}[${i}]`, miss);
      });
      bindRest(em, pattern.rest, `${value}.slice(${count})`);
      return;
    }
    case 'DictMatchPattern':
      em.push(`if (!${em.$('hasFields')}(${value})) ${miss}`);
      for (const field of pattern.fields)
        part(em, field.pattern, `${em.$('fieldIn')}(${value}, ${quote(field.key)})`, miss);
      bindRest(
        em,
        pattern.rest,
        `${em.$('dictWithout')}(${value}, [${pattern.fields.map((f) => quote(f.key)).join(', ')}])`,
      );
      return;
    default:
      assertNever(pattern);
  }
}

function part(em: Emitter, pattern: MatchPattern, value: Js, miss: Js): void {
  if (pattern.kind === 'WildcardPattern') return;
  const name = em.names.fresh('part');
  em.push(`const ${name} = ${value};`);
  test(em, pattern, name, miss);
}

/** Alternatives bind nothing; the first that fits is enough. */
function testAlternatives(
  em: Emitter,
  alternatives: readonly MatchPattern[],
  value: Js,
  miss: Js,
): void {
  const fits = em.label('O');
  em.push(`${fits}: {`);
  for (const alternative of alternatives) {
    const next = em.label('A');
    em.push(`${next}: {`);
    test(em, alternative, value, `break ${next};`);
    em.push(`break ${fits};`, '}');
  }
  em.push(miss, '}');
}

function bindRest(em: Emitter, rest: NamePattern | undefined, value: Js): void {
  const binding = rest === undefined ? undefined : em.declared(rest);
  if (binding !== undefined) declareVariable(em, binding, value, false);
}
