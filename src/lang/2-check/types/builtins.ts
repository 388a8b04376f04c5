// Builtins as types: read from their signature texts when first asked for. The texts say what is documented, which is
// less exact than what a program declares: arguments are checked only where a mismatch is beyond doubt.
import { parseSignature } from '../../1-parse/signature.ts';
import type { BuiltinSpec, OptionSpec } from '../../builtin-spec.ts';
import type { MethodSpec } from '../../methods/method-spec.ts';
import { methodSpec } from '../../methods/table.ts';
import { readHead } from './from-syntax.ts';
import { SIGNATURES } from './signatures.ts';
import { ANY, type FunctionType, type Type } from './type.ts';
import { TypeScope } from './type-scope.ts';

const NO_NAMES = new TypeScope(undefined);

export class BuiltinTypes {
  readonly #types = new Map<BuiltinSpec, Type>();
  readonly #methods = new Map<MethodSpec, FunctionType>();
  readonly #options = new Map<OptionSpec, Type>();

  of(spec: BuiltinSpec): Type {
    const known = this.#types.get(spec);
    if (known !== undefined) return known;
    const type = read(SIGNATURES[spec.name] ?? spec.signature);
    this.#types.set(spec, type);
    return type;
  }

  /** What an option may be. */
  option(spec: OptionSpec): Type {
    const known = this.#options.get(spec);
    if (known !== undefined) return known;
    const type = typeOfText(`f() -> ${spec.type}`).returns;
    this.#options.set(spec, type);
    return type;
  }

  /** A method of a kind of builtin value; undefined when it has none of that name. */
  method(receiver: string, name: string): FunctionType | undefined {
    const spec = methodSpec(receiver, name);
    if (spec === undefined) return undefined;
    const known = this.#methods.get(spec);
    if (known !== undefined) return known;
    const type = typeOfText(spec.signature);
    this.#methods.set(spec, type);
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
