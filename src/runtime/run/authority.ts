// Authority: what a handle may do. A run starts with the root authority (less what `--deny` took away); handing on a
// narrower handle narrows it further; nothing widens it again, a wider handle in the hands of narrower code neither.

import type { EffectSpec } from './effect.ts';
import { capabilityErrors, NOTHING } from './errors.ts';

/** What was refused, for tests and audits. */
export interface Denial {
  readonly method: string;
  readonly by: string;
}

type Named = Pick<EffectSpec<readonly never[], never>, 'name' | 'access'>;

/**
 * An immutable set of refusals. A refusal is a capability (`fs`), a method (`fs.write_text`) or a capability with a
 * kind of access (`fs:write`, which also covers `mutate`). `*` refuses everything.
 */
export class Authority {
  readonly #denied: readonly { readonly rules: ReadonlySet<string>; readonly by: string }[];
  readonly #everything: string | undefined;
  readonly denials: Denial[];

  private constructor(
    denied: readonly { readonly rules: ReadonlySet<string>; readonly by: string }[],
    everything: string | undefined,
    denials: Denial[],
  ) {
    this.#denied = denied;
    this.#everything = everything;
    this.denials = denials;
  }

  /** Everything the host offers. */
  static root(): Authority {
    return new Authority([], undefined, []);
  }

  /** Nothing at all: every call is refused and recorded. */
  static none(): Authority {
    return new Authority([], NOTHING, []);
  }

  /** The same less `rules`; `by` names who took them away, for the error. */
  without(rules: readonly string[], by: string): Authority {
    if (rules.length === 0) return this;
    if (rules.includes('*')) return new Authority([], NOTHING, this.denials);
    return new Authority(
      [...this.#denied, { rules: new Set(rules), by }],
      this.#everything,
      this.denials,
    );
  }

  /** What both of two authorities allow; refusals are recorded with this one's. */
  within(other: Authority): Authority {
    if (other === this || this.isNothing) return this;
    const further = other.#denied.filter((one) => !this.#denied.includes(one));
    if (further.length === 0 && !other.isNothing) return this;
    return new Authority([...this.#denied, ...further], other.#everything, this.denials);
  }

  /** What this one refuses and `other` does not, as rules for `without`. */
  beyond(other: Authority): readonly string[] {
    if (this.isNothing) return other.isNothing ? [] : ['*'];
    const own = this.#denied.filter((one) => !other.#denied.includes(one));
    return [...new Set(own.flatMap(({ rules }) => [...rules]))];
  }

  /** Whether there is nothing at all that is allowed. */
  get isNothing(): boolean {
    return this.#everything !== undefined;
  }

  /** Whether the method is allowed. */
  allows(spec: Named): boolean {
    return this.#refusedBy(spec) === undefined;
  }

  /** Throws the coded refusal when the method is not allowed, and records it. */
  check(spec: Named): void {
    const by = this.#refusedBy(spec);
    if (by === undefined) return;
    this.denials.push({ method: spec.name, by });
    throw capabilityErrors.denied({ method: spec.name, by });
  }

  #refusedBy(spec: Named): string | undefined {
    if (this.#everything !== undefined) return this.#everything;
    if (this.#denied.length === 0) return undefined;
    const dot = spec.name.indexOf('.');
    const capability = dot === -1 ? spec.name : spec.name.slice(0, dot);
    const names = [capability, spec.name, `${capability}:${spec.access}`];
    if (spec.access === 'mutate') names.push(`${capability}:write`);
    return this.#denied.find(({ rules }) => names.some((name) => rules.has(name)))?.by;
  }
}
