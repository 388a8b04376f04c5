// JavaScript names of Harn bindings. Every name ends in `$` and perhaps a number, so none is a reserved word, none
// collides with a helper or a temporary, and the Harn name can be read back from a stack frame.
import type { Binding } from '../2-check/checked-module.ts';

export class Names {
  readonly #byBinding = new Map<Binding, string>();
  readonly #used = new Map<string, number>();
  readonly #reassigned = new Set<string>();
  readonly #ints = new Set<string>();
  readonly #records = new Set<string>();

  /** The variable of a binding, invented on first use. */
  of(binding: Binding): string {
    const known = this.#byBinding.get(binding);
    if (known !== undefined) return known;
    const name = this.fresh(binding.name);
    this.#byBinding.set(binding, name);
    if (binding.reassigned) this.#reassigned.add(name);
    return name;
  }

  /** A new variable that is no binding. */
  fresh(hint: string): string {
    const count = this.#used.get(hint) ?? 0;
    this.#used.set(hint, count + 1);
    return count === 0 ? `${hint}$` : `${hint}$${count}`;
  }

  /** Whether the value of a variable can change while a statement runs. */
  isReassigned(name: string): boolean {
    return this.#reassigned.has(name);
  }

  /** Notes that a variable never holds anything but an int that a number holds exactly. */
  noteInt(name: string): void {
    this.#ints.add(name);
  }

  /** Whether code is surely such an int: a literal, or a variable that was noted. */
  isInt(js: string): boolean {
    return /^-?\d+$/.test(js) || this.#ints.has(js);
  }

  /** Notes that a variable never holds anything but one dict or struct. */
  noteRecord(name: string): void {
    this.#records.add(name);
  }

  isRecord(js: string): boolean {
    return this.#records.has(js);
  }

  /** The variable that says whether the value of a container variable belongs to it alone. */
  ownerOf(name: string): string {
    return `${name}$o`;
  }
}

/** The Harn name inside a JavaScript function name; `t` and `g` mark inner functions. Undefined for names not ours. */
export function harnNameOf(jsName: string): string | undefined {
  return /^([A-Za-z_]\w*)\$\d*[tg]?$/.exec(jsName)?.[1];
}
