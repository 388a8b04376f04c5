// Statements and blocks: hoisting, defer, declarations of variables, jumps.

import type { Binding } from '../2-check/checked-module.ts';
import type {
  BreakStatement,
  ContinueStatement,
  DeferStatement,
  ExpressionStatement,
  GuardStatement,
  LetStatement,
  RequireStatement,
  ReturnStatement,
  Statement,
  ThrowStatement,
} from '../ast.ts';
import { hoistDeclarations } from './declaration.ts';
import type { Emitter } from './emitter.ts';
import { type Dest, DISCARD, RETURN } from './frame.ts';
import { type Js, mark } from './js.ts';
import { isFresh } from './ownership.ts';
import { bindPattern, declareVariable, patternBindings } from './pattern.ts';

/** The statements of one scope. The value of the last expression goes to `dest`, nil when there is none. */
export function statements(em: Emitter, nodes: readonly Statement[], dest: Dest): void {
  hoistDeclarations(em, nodes);
  sequence(em, nodes, dest);
}

function sequence(em: Emitter, nodes: readonly Statement[], dest: Dest): void {
  for (const [i, node] of nodes.entries()) {
    if (node.kind === 'DeferStatement') {
      deferRest(em, node, nodes.slice(i + 1), dest);
      return;
    }
    const { out } = em;
    const first = out.length;
    const isLast = i === nodes.length - 1;
    const isValue = isLast && node.kind === 'ExpressionStatement' && dest.kind !== 'discard';
    if (isValue) {
      const { temps } = em.frame;
      em.into(node.expression, dest);
      em.frame.temps = temps;
    } else em.statement(node);
    // Where each statement begins is for who counts lines; what may fail has marks of its own.
    if (out.length > first) out[first] = mark(node.span.start) + out[first];
    if (isValue) return;
  }
  if (dest.kind !== 'discard' && !em.endsWithJump()) em.deliver('null', dest);
}

/**
 * `defer` protects the rest of its block. Functions of the block are hoisted out of the protected part, so the
 * variables they may use are declared out there as well.
 */
function deferRest(
  em: Emitter,
  node: DeferStatement,
  rest: readonly Statement[],
  dest: Dest,
): void {
  for (const statement of rest) {
    if (statement.kind !== 'LetStatement') continue;
    for (const binding of patternBindings(em, statement.pattern)) predeclare(em, binding);
  }
  em.push('try {');
  sequence(em, rest, dest);
  em.push('} finally {');
  em.block(node.body, DISCARD);
  em.push('}');
}

function predeclare(em: Emitter, binding: Binding): void {
  if (em.frame.declared.has(binding) || binding.kind === 'moduleVar') return;
  em.frame.declared.add(binding);
  const name = em.nameOf(binding);
  const flag = em.owners.has(binding) ? `, ${em.names.ownerOf(name)} = false` : '';
  em.push(`let ${name}${flag};`);
}

export function letStatement(em: Emitter, node: LetStatement): void {
  const { pattern, value } = node;
  const fault = em.checked.faults.get(node) ?? em.checked.faults.get(pattern);
  if (fault !== undefined) {
    em.into(value, DISCARD);
    em.push(`${em.raise(fault, pattern)};`);
    return;
  }
  if (pattern.kind !== 'NamePattern') {
    bindPattern(em, pattern, em.value(value), pattern);
    return;
  }
  const binding = em.declared(pattern);
  if (binding === undefined) em.into(value, DISCARD);
  else if (em.isControl(value)) {
    declareVariable(em, binding, undefined, false);
    em.into(value, { kind: 'assign', name: em.nameOf(binding) });
  } else {
    const js = em.value(value);
    const isNew = binding.kind === 'local' && !em.frame.declared.has(binding);
    declareVariable(em, binding, js, isFresh(value));
    const makesRecord = value.kind === 'DictLiteral' || value.kind === 'StructLiteral';
    if (makesRecord && isNew && !binding.reassigned) em.names.noteRecord(em.nameOf(binding));
  }
}

export function returnStatement(em: Emitter, node: ReturnStatement): void {
  if (node.value === undefined) em.emitReturn('null');
  else em.into(node.value, RETURN);
}

export function throwStatement(em: Emitter, node: ThrowStatement): void {
  throwValue(em, em.value(node.value), node);
}

function throwValue(em: Emitter, value: Js, at: Statement): void {
  em.push(`throw new ${em.$('Throw')}(${value}, ${em.site(at)});`);
}

export function expressionStatement(em: Emitter, node: ExpressionStatement): void {
  em.into(node.expression, DISCARD);
}

export function guardStatement(em: Emitter, node: GuardStatement): void {
  em.push(`if (!${em.condition(node.condition)})`);
  em.block(node.otherwise, DISCARD);
}

export function requireStatement(em: Emitter, node: RequireStatement): void {
  em.push(`if (!${em.condition(node.condition)}) {`);
  throwValue(
    em,
    node.message === undefined ? '"require condition failed"' : em.value(node.message),
    node,
  );
  em.push('}');
}

export function breakStatement(em: Emitter, _node: BreakStatement): void {
  const loop = em.frame.loops[em.frame.loops.length - 1];
  if (loop === undefined) return;
  loop.usesBreak = true;
  em.emitJump(`break ${loop.breakLabel};`, loop.depth);
}

/** The body of a loop is a labelled block, so that `continue` still reaches the tick at its end. */
export function continueStatement(em: Emitter, _node: ContinueStatement): void {
  const loop = em.frame.loops[em.frame.loops.length - 1];
  if (loop === undefined) return;
  loop.usesContinue = true;
  em.emitJump(`break ${loop.continueLabel};`, loop.depth);
}
