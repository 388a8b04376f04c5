// ExecutionScope: where a tree of tasks works. Relative paths, the directory and environment of processes, and what
// reports them follow it; what the runtime keeps for itself (journal, snapshots, records) does not. A scope belongs to a
// context and goes to what is started from there, so it never reaches a sibling or the parent. Nothing here is recorded:
// a scope is made from facts that are.
import type { JsonObject } from '../../base/index.ts';
import { isAbsolutePath, resolvePath } from '../host/index.ts';
import { capabilityErrors } from './errors.ts';
import type { SpendAccount } from './spend.ts';

/** What a scope changes. */
export interface ScopeChange {
  /** An absolute path. */
  readonly cwd?: string | undefined;
  /** Variables over those of the scope around. */
  readonly env?: { readonly [name: string]: string } | undefined;
  /** Absolute paths: nothing outside of them may be reached. Further to those of the scope around. */
  readonly roots?: readonly string[] | undefined;
  /** What may be used, in place of that of the scope around: whoever narrows has narrowed it. Opaque here. */
  readonly policy?: JsonObject | undefined;
  /** What pays for model calls, in place of that of the scope around; it stands below that one. */
  readonly account?: SpendAccount | undefined;
  /** What changes made here belong to, in place of that of the scope around. Opaque here. */
  readonly mutation?: JsonObject | undefined;
}

/** Immutable. The one of a run that nobody narrowed is `ExecutionScope.root`. */
export class ExecutionScope {
  static readonly root = new ExecutionScope(undefined, {}, [], null, undefined, null);

  /** Undefined: that of the process. */
  readonly cwd: string | undefined;
  readonly env: { readonly [name: string]: string };
  /** A path has to be inside of one root of each list. */
  readonly roots: readonly (readonly string[])[];
  /** The capability policy in force; null is none. */
  readonly policy: JsonObject | null;
  /** Undefined: that of the run. */
  readonly account: SpendAccount | undefined;
  /** The mutation session in force; null where nobody opened one. */
  readonly mutation: JsonObject | null;

  private constructor(
    cwd: string | undefined,
    env: { readonly [name: string]: string },
    roots: readonly (readonly string[])[],
    policy: JsonObject | null,
    account: SpendAccount | undefined,
    mutation: JsonObject | null,
  ) {
    this.cwd = cwd;
    this.env = env;
    this.roots = roots;
    this.policy = policy;
    this.account = account;
    this.mutation = mutation;
  }

  get isRoot(): boolean {
    return this === ExecutionScope.root;
  }

  /** This scope with a change; a relative `cwd` is relative to this one. */
  with({ cwd, env = {}, roots = [], policy, account, mutation }: ScopeChange): ExecutionScope {
    const names = Object.keys(env);
    const isSame = cwd === undefined && names.length === 0 && roots.length === 0;
    const rest = [policy, account, mutation];
    if (isSame && rest.every((one) => one === undefined)) return this;
    return new ExecutionScope(
      cwd === undefined ? this.cwd : resolvePath(this.cwd ?? '.', cwd),
      names.length === 0 ? this.env : { ...this.env, ...env },
      roots.length === 0 ? this.roots : [...this.roots, roots],
      policy ?? this.policy,
      account ?? this.account,
      mutation ?? this.mutation,
    );
  }

  /**
   * This scope for code that is called from another one: its place, policy, account and mutation session where it has any, and
   * the roots of both.
   */
  calledFrom(other: ExecutionScope): ExecutionScope {
    if (this.isRoot || other === this) return other;
    if (other.isRoot) return this;
    return new ExecutionScope(
      this.cwd ?? other.cwd,
      { ...other.env, ...this.env },
      [...other.roots.filter((roots) => !this.roots.includes(roots)), ...this.roots],
      this.policy ?? other.policy,
      this.account ?? other.account,
      this.mutation ?? other.mutation,
    );
  }

  /** A path as it is meant here. One outside of the roots is refused. */
  path(path: string): string {
    const full = this.cwd === undefined ? path : resolvePath(this.cwd, path);
    for (const roots of this.roots) {
      const inside =
        isAbsolutePath(full) && roots.some((root) => isInside(resolvePath('/', full), root));
      if (!inside) throw capabilityErrors.outsideRoots({ path: full, roots: roots.join(', ') });
    }
    return full;
  }

  /** The environment of a process: that of the scope under what its caller gives. */
  envFor(
    given: { readonly [name: string]: string } | null | undefined,
  ): { readonly [name: string]: string } | null {
    if (Object.keys(this.env).length === 0) return given ?? null;
    return { ...this.env, ...given };
  }

  /** A variable that the scope sets; undefined when it does not. */
  variable(name: string): string | undefined {
    return Object.hasOwn(this.env, name) ? this.env[name] : undefined;
  }
}

function isInside(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);
}
