// Whether a value of one type may stand where another is wanted. Gradual: what is not known is never a mistake, and a
// type that a declaration has left open fits anything of its kind.
import type { Declared } from './declared.ts';
import { expand, fieldsOf } from './expand.ts';
import { violation } from './interfaces.ts';
import { bind, substitute } from './substitute.ts';
import {
  ANY,
  argument,
  baseOf,
  type ContainerType,
  elementOf,
  type FunctionType,
  INT,
  type NominalType,
  type PrimitiveType,
  type ShapeType,
  type Type,
} from './type.ts';
import { sameType } from './union.ts';

/** Comparing two types gives up, in favour of the program, after so many steps. */
const MAX_STEPS = 20_000;

export function assignable(from: Type, to: Type): boolean {
  return new Comparison().fits(from, to);
}

class Comparison {
  #steps = 0;
  /** Whether `int` may stand for `float` here: not inside what can be written to. */
  #widens = true;
  /** Pairs being compared: meeting one again means that nothing has spoken against it. */
  readonly #open: (readonly [Type, Type])[] = [];

  fits(from: Type, to: Type): boolean {
    if (from === to || from.kind === 'any' || to.kind === 'any') return true;
    if (to.kind === 'unknown' || from.kind === 'never' || from.kind === 'namespace') return true;
    if (from.kind === 'unknown') return false;
    this.#steps += 1;
    if (this.#steps > MAX_STEPS) return true;
    if (from.kind === 'alias' || to.kind === 'alias') return this.#aliases(from, to);
    if (from.kind === 'union') return from.members.every((member) => this.fits(member, to));
    if (to.kind === 'union') return to.members.some((member) => this.fits(from, member));
    if (to.kind === 'intersection') return to.members.every((member) => this.fits(from, member));
    if (from.kind === 'intersection') return this.#fromIntersection(from, to);
    if (to.kind === 'never') return false;
    return this.#structure(from, to);
  }

  #aliases(from: Type, to: Type): boolean {
    if (sameType(from, to)) return true;
    if (this.#open.some(([a, b]) => sameType(a, from) && sameType(b, to))) return true;
    this.#open.push([from, to]);
    const fits = this.fits(expand(from), expand(to));
    this.#open.pop();
    return fits;
  }

  #fromIntersection(from: Extract<Type, { kind: 'intersection' }>, to: Type): boolean {
    if (from.members.some((member) => this.fits(member, to))) return true;
    const fields = fieldsOf(from);
    return fields !== undefined && this.fits({ kind: 'shape', fields, declared: true }, to);
  }

  #structure(from: Type, to: Type): boolean {
    switch (from.kind) {
      case 'primitive':
        return this.#primitive(from, to);
      case 'literal':
        return to.kind === 'literal' ? to.value === from.value : this.fits(baseOf(from), to);
      case 'container':
        return this.#container(from, to);
      case 'nominal':
        return this.#nominal(from, to);
      case 'shape':
        return this.#shape(from, to);
      case 'function':
        if (to.kind === 'primitive') return to.name === 'closure';
        return to.kind === 'function' && this.#function(from, to);
      case 'tuple':
        return this.#tuple(from.elements, to);
      case 'variable':
        return from.bounds.some((bound) => this.fits(bound, to));
      case 'handle':
        return to.kind === 'handle' && to.path === from.path;
      default:
        return true;
    }
  }

  #primitive({ name }: PrimitiveType, to: Type): boolean {
    if (to.kind === 'literal')
      return baseOf(to).name === name || (name === 'number' && baseOf(to) === INT);
    if (to.kind === 'function') return name === 'closure';
    if (to.kind !== 'primitive') return false;
    if (to.name === name) return true;
    switch (name) {
      case 'int':
        // Durations are milliseconds to the functions that take either.
        return (
          to.name === 'number' || to.name === 'duration' || (to.name === 'float' && this.#widens)
        );
      case 'float':
        return to.name === 'number';
      case 'number':
        return to.name === 'int' || to.name === 'float';
      case 'duration':
        return to.name === 'int';
      default:
        return false;
    }
  }

  #container(from: ContainerType, to: Type): boolean {
    switch (to.kind) {
      case 'container':
        return from.name === to.name ? this.#arguments(from, to) : this.#otherContainer(from, to);
      case 'shape':
        return from.name === 'Schema' || (from.name === 'dict' && this.#dictToShape(from, to));
      case 'tuple':
        return from.name === 'list' && to.elements.every((e) => this.fits(elementOf(from), e));
      default:
        return false;
    }
  }

  #otherContainer(from: ContainerType, to: ContainerType): boolean {
    if (from.name === 'range') {
      return (to.name === 'list' || to.name === 'iter') && this.fits(INT, argument(to, 0));
    }
    // A schema is a dict that describes a type.
    return (
      (from.name === 'Schema' && to.name === 'dict') ||
      (from.name === 'dict' && to.name === 'Schema')
    );
  }

  #arguments(from: ContainerType, to: ContainerType): boolean {
    if (from.args.length === 0 || to.args.length === 0) return true;
    const isWritable =
      !from.fresh && (from.name === 'list' || from.name === 'dict' || from.name === 'set');
    if (from.fresh && this.#widens === false) return this.#elementwise(from, to);
    return to.args.every((arg, i) => {
      const given = argument(from, i);
      return isWritable ? this.#withoutWidening(given, arg) : this.fits(given, arg);
    });
  }

  /** A literal inside another one is as new as the outer one. */
  #elementwise(from: ContainerType, to: ContainerType): boolean {
    this.#widens = true;
    const fits = to.args.every((arg, i) => this.fits(argument(from, i), arg));
    this.#widens = false;
    return fits;
  }

  #withoutWidening(from: Type, to: Type): boolean {
    const saved = this.#widens;
    this.#widens = false;
    const fits = this.fits(from, to);
    this.#widens = saved;
    return fits;
  }

  /** What a dict holds is open: it fits unless no value of it could. */
  #dictToShape(from: ContainerType, to: ShapeType): boolean {
    const value = elementOf(from);
    return to.fields.every((field) => field.optional || this.fits(value, field.type));
  }

  #nominal(from: NominalType, to: Type): boolean {
    if (to.kind === 'nominal') {
      if (from.decl === to.decl) return this.#declaredArguments(from, to);
      return to.decl.node.kind === 'InterfaceDeclaration' && this.#satisfies(from, to);
    }
    const fields = fieldsOf(from);
    if (fields === undefined) return false;
    if (to.kind === 'container') return to.name === 'dict';
    return to.kind === 'shape' && this.#fields(fields, to);
  }

  #satisfies(from: NominalType, to: NominalType): boolean {
    if (this.#open.some(([a, b]) => sameType(a, from) && sameType(b, to))) return true;
    this.#open.push([from, to]);
    const found = violation(from, to, (a, b) => this.fits(a, b));
    this.#open.pop();
    return found === undefined;
  }

  #declaredArguments(from: NominalType, to: NominalType): boolean {
    if (from.args.length === 0 || to.args.length === 0) return true;
    return to.args.every((wanted, i) => {
      const given = from.args[i] ?? ANY;
      switch (varianceOf(from.decl, i)) {
        case 'out':
          return this.fits(given, wanted);
        case 'in':
          return this.fits(wanted, given);
        default:
          return this.#withoutWidening(given, wanted) && this.#withoutWidening(wanted, given);
      }
    });
  }

  #shape(from: ShapeType, to: Type): boolean {
    if (to.kind === 'container') {
      if (to.name === 'Schema') return true;
      if (to.name !== 'dict') return false;
      const value = elementOf(to);
      return from.fields.every((field) => this.fits(field.type, value));
    }
    return to.kind === 'shape' && this.#fields(from.fields, to);
  }

  #fields(fields: ShapeType['fields'], to: ShapeType): boolean {
    return to.fields.every((wanted) => {
      const given = fields.find((field) => field.name === wanted.name);
      if (given === undefined) return wanted.optional;
      // An absent field reads as nil, so what may be absent may also be nil.
      if (wanted.optional && given.type.kind === 'primitive' && given.type.name === 'nil')
        return true;
      return (!given.optional || wanted.optional) && this.fits(given.type, wanted.type);
    });
  }

  #tuple(elements: readonly Type[], to: Type): boolean {
    if (to.kind === 'tuple') {
      return (
        elements.length === to.elements.length &&
        elements.every((element, i) => this.fits(element, to.elements[i] ?? ANY))
      );
    }
    if (to.kind !== 'container' || to.name !== 'list') return false;
    return elements.every((element) => this.fits(element, elementOf(to)));
  }

  /** Parameters the other way round, results the same way. A callee may ignore arguments. */
  #function(from: FunctionType, to: FunctionType): boolean {
    const instance = from.variables.length === 0 ? from : instantiateWithAny(from);
    const wanted = to.variables.length === 0 ? to : instantiateWithAny(to);
    for (const [i, param] of instance.params.entries()) {
      const given = wanted.params[i]?.type ?? wanted.rest;
      if (given === undefined) {
        if (!param.optional && param.type.kind !== 'any') return false;
      } else if (!this.fits(given, param.type)) return false;
    }
    return this.fits(instance.returns, wanted.returns);
  }
}

function instantiateWithAny(type: FunctionType): FunctionType {
  const bindings = bind(type.variables, [], ANY);
  return { ...(substitute(type, bindings) as FunctionType), variables: [] };
}

function varianceOf(decl: Declared, index: number): 'in' | 'out' | undefined {
  return decl.node.typeParams[index]?.variance;
}
