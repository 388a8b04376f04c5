// try, catch, finally and retry of the reference interpreter.
import type { Retry, Try, TypeExpr } from '../../src/lang/ast.ts';
import {
  caught,
  err,
  isInt,
  isVariant,
  retried,
  type Steps,
  type Value,
  wrapOk,
} from '../../src/values/index.ts';
import { Scope } from './environment.ts';
import type { Frame } from './machine.ts';

/** A call inside is never a tail call: something of this frame may have to run after it. */
export function* evaluateTry(node: Try, scope: Scope, frame: Frame): Steps {
  return yield* frame.guarded(function* () {
    try {
      return yield* attempt(node, scope, frame);
    } finally {
      if (node.finally !== undefined) yield* frame.run(node.finally, scope);
    }
  });
}

function* attempt(node: Try, scope: Scope, frame: Frame): Steps {
  try {
    const value = yield* frame.run(node.body, scope);
    const isBare = node.catch === undefined && node.finally === undefined;
    return isBare ? wrapOk(value) : value;
  } catch (error) {
    const value = caught(error);
    if (node.catch === undefined) {
      if (node.finally !== undefined) throw error;
      return err(value);
    }
    if (node.catch.type !== undefined && !accepts(node.catch.type, value)) throw error;
    const inner = new Scope(scope);
    if (node.catch.name !== undefined) inner.declare(node.catch.name, { value });
    return yield* frame.task.machine.language.statements(node.catch.body, inner, frame);
  }
}

/** A typed catch takes the values of the enum that it names, and nothing else. */
function accepts(type: TypeExpr, value: Value): boolean {
  if (type.kind === 'UnionType') return type.members.some((member) => accepts(member, value));
  return type.kind === 'NamedType' && isVariant(value, type.name);
}

export function* evaluateRetry(node: Retry, scope: Scope, frame: Frame): Steps {
  const count = yield* frame.evaluate(node.count, scope);
  let left = isInt(count) ? Number(count) : 0;
  return yield* frame.guarded(function* () {
    for (;;) {
      try {
        yield* frame.run(node.body, scope);
        return null;
      } catch (error) {
        retried(error);
        left -= 1;
        if (left <= 0) throw error;
      }
    }
  });
}
