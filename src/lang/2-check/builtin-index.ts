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

/** Call targets that user functions of the same name do not shadow. */
const UNSHADOWABLE = new Set(['await', 'cancel', 'cancel_graceful', 'is_cancelled']);

export class BuiltinIndex {
  readonly #globals = new Map<string, BuiltinSpec>();
  readonly #capabilities = new Map<string, Map<string, BuiltinSpec>>();
  readonly #fields = new Set<string>(CAPABILITIES);

  constructor(specs: readonly BuiltinSpec[]) {
    for (const spec of specs) {
      const dot = spec.name.lastIndexOf('.');
      if (dot === -1) this.#globals.set(spec.name, spec);
      else this.#addMethod(withoutRoot(spec.name.slice(0, dot)), spec.name.slice(dot + 1), spec);
    }
    // A row's own name wins over another row's alias.
    for (const spec of specs)
      for (const alias of spec.aliases ?? [])
        if (!this.#globals.has(alias)) this.#globals.set(alias, spec);
  }

  #addMethod(capability: string, method: string, spec: BuiltinSpec): void {
    let methods = this.#capabilities.get(capability);
    if (methods === undefined) {
      methods = new Map();
      this.#capabilities.set(capability, methods);
      for (const prefix of prefixesOf(capability)) this.#fields.add(prefix);
    }
    methods.set(method, spec);
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
    return this.#capabilities.size > 0;
  }

  /** Whether `path` (`fs`, `secrets.x`) is a handle below the root. */
  isCapability(path: string): boolean {
    return path === '' || this.#fields.has(path);
  }

  capabilityNames(): Iterable<string> {
    return this.#fields;
  }

  /** The methods of a handle; undefined when this host provides none, so that a run decides. */
  methods(path: string): ReadonlyMap<string, BuiltinSpec> | undefined {
    return this.#capabilities.get(path);
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
