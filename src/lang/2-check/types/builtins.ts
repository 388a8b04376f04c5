// Builtins as types: read from their signature texts when first asked for. The texts say what is documented, which is
// less exact than what a program declares: arguments are checked only where a mismatch is beyond doubt.
import { parseSignature } from '../../1-parse/signature.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import { readHead } from './from-syntax.ts';
import { METHODS, SIGNATURES } from './signatures.ts';
import { ANY, type FunctionType, type Type } from './type.ts';
import { TypeScope } from './type-scope.ts';

const NO_NAMES = new TypeScope(undefined);

export class BuiltinTypes {
  readonly #types = new Map<BuiltinSpec, Type>();
  readonly #methods = new Map<string, FunctionType>();

  of(spec: BuiltinSpec): Type {
    const known = this.#types.get(spec);
    if (known !== undefined) return known;
    const type = read(SIGNATURES[spec.name] ?? spec.signature);
    this.#types.set(spec, type);
    return type;
  }

  /** A method of a kind of builtin value; undefined when nothing is known of it. */
  method(receiver: string, name: string): FunctionType | undefined {
    const key = `${receiver}.${name}`;
    const known = this.#methods.get(key);
    if (known !== undefined) return known;
    const table = METHODS[receiver];
    if (table === undefined || !Object.hasOwn(table, name)) return undefined;
    const type = typeOfText(table[name] as string);
    this.#methods.set(key, type);
    return type;
  }
}

/** A constant's text is `name: T`. */
function read(signature: string): Type {
  const constant = /^[\w.]+: (\w+)$/.exec(signature);
  if (constant !== null) return typeOfText(`f() -> ${constant[1]}`).returns;
  return signature.includes('(') ? typeOfText(signature) : ANY;
}

function typeOfText(signature: string): FunctionType {
  const head = parseSignature(signature);
  const { type } = readHead(head, NO_NAMES);
  // What may be nil may be left out: a builtin gets nil for it.
  const mayMiss = head.params.map((param) => param.type?.kind === 'OptionalType');
  const params = type.params.map((param, i) =>
    mayMiss[i] === true ? { ...param, optional: true } : param,
  );
  return { ...type, params };
}
