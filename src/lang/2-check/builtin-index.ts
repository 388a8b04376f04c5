// The builtin specs arranged for lookup: global names with their aliases, and the capability tree below `harness`.
import type { BuiltinSpec } from '../builtin-spec.ts';

/** Every field of the root handle, provided here or by some host: an unknown one is a typing error. */
const CAPABILITIES =
  `agent ast auth channels clock code_index computer credentials crypto dashboard embed env fs fs_watch
   host_lease interaction lint llm lsp memory merge_captain net obs permission postgres pr_monitor process
   project random repo rules runtime scanner secret_store secrets session sqlite stdio system tenant term
   terminal testing text tools verdict workflow workspace`
    .trim()
    .split(/\s+/);

const PROVIDED: ReadonlySet<string> = new Set(CAPABILITIES);

/** Call targets that user functions of the same name do not shadow. */
const UNSHADOWABLE = new Set(['await', 'cancel', 'cancel_graceful', 'is_cancelled']);

const INDEXES = new WeakMap<readonly BuiltinSpec[], BuiltinIndex>();

/** The index of a table of specs, made once. */
export function builtinIndexOf(specs: readonly BuiltinSpec[]): BuiltinIndex {
  const known = INDEXES.get(specs);
  if (known !== undefined) return known;
  const made = new BuiltinIndex(specs);
  INDEXES.set(specs, made);
  return made;
}

/** Arranged as it is asked for: a small program asks for few of some thousand names. */
export class BuiltinIndex {
  readonly #globals = new Map<string, BuiltinSpec>();
  /** Those below the root. */
  readonly #below: BuiltinSpec[] = [];
  readonly #methods = new Map<string, ReadonlyMap<string, BuiltinSpec> | undefined>();
  #fields: ReadonlySet<string> | undefined;

  constructor(specs: readonly BuiltinSpec[]) {
    for (const spec of specs) {
      if (spec.name.includes('.')) this.#below.push(spec);
      else this.#globals.set(spec.name, spec);
    }
    // A row's own name wins over another row's alias.
    for (const spec of specs) {
      if (spec.aliases === undefined) continue;
      for (const alias of spec.aliases)
        if (!this.#globals.has(alias)) this.#globals.set(alias, spec);
    }
  }

  /** A builtin called by a plain or dotted global name. Internal names (`@spawn`) are not reachable. */
  global(name: string): BuiltinSpec | undefined {
    return name.startsWith('@') ? undefined : this.#globals.get(name);
  }

  globalNames(): Iterable<string> {
    return this.#globals.keys();
  }

  isUnshadowable(name: string): boolean {
    return UNSHADOWABLE.has(name) && this.#globals.has(name);
  }

  /** Whether any capability row exists; without them nothing below `harness` can be judged. */
  get knowsCapabilities(): boolean {
    return this.#below.length > 0;
  }

  /** Whether `path` (`fs`, `secrets.x`) is a handle below the root. */
  isCapability(path: string): boolean {
    return path === '' || PROVIDED.has(path) || this.#allFields().has(path);
  }

  capabilityNames(): Iterable<string> {
    return this.#allFields();
  }

  /** The methods of a handle; undefined when this host provides none, so that a run decides. */
  methods(path: string): ReadonlyMap<string, BuiltinSpec> | undefined {
    if (!this.isCapability(path)) return undefined;
    if (!this.#methods.has(path)) this.#methods.set(path, this.#methodsOf(path));
    return this.#methods.get(path);
  }

  #methodsOf(path: string): ReadonlyMap<string, BuiltinSpec> | undefined {
    const found = new Map<string, BuiltinSpec>();
    for (const spec of this.#below) {
      const method = spec.name.slice(spec.name.lastIndexOf('.') + 1);
      const handle = spec.name.slice(0, spec.name.length - method.length - 1);
      if (handle.endsWith(path) && withoutRoot(handle) === path) found.set(method, spec);
    }
    return found.size === 0 ? undefined : found;
  }

  #allFields(): ReadonlySet<string> {
    if (this.#fields !== undefined) return this.#fields;
    const fields = new Set(CAPABILITIES);
    for (const { name } of this.#below)
      for (const prefix of prefixesOf(withoutRoot(name.slice(0, name.lastIndexOf('.')))))
        fields.add(prefix);
    this.#fields = fields;
    return fields;
  }
}

/** Rows may be named from the root, `harness.fs.read_text`, or below it. */
function withoutRoot(path: string): string {
  if (path === 'harness') return '';
  return path.startsWith('harness.') ? path.slice('harness.'.length) : path;
}

function prefixesOf(path: string): string[] {
  if (path === '') return [];
  const parts = path.split('.');
  return parts.map((_, i) => parts.slice(0, i + 1).join('.'));
}
