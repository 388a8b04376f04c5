// What stands at the top of a generated module: the helpers, builtins and modules it uses, and constants that would
// otherwise be made again at every evaluation.
import { type Js, quote } from './js.ts';
import type { SupportName } from './support.ts';

export class Prelude {
  readonly #support = new Set<SupportName>();
  readonly #builtins = new Map<string, string>();
  readonly #syncBuiltins = new Map<string, string>();
  readonly #modules = new Map<string, string>();
  readonly #constants = new Map<Js, string>();

  support(name: SupportName): Js {
    this.#support.add(name);
    return `$${name}`;
  }

  /** The local name of a builtin row; the module requires it from here on. */
  builtin(name: string): Js {
    return localOf(this.#builtins, 'b$', name);
  }

  /** The form of a callback row that is called where nothing may suspend. */
  syncBuiltin(name: string): Js {
    return localOf(this.#syncBuiltins, 'y$', name);
  }

  /** The local name of another module's exports. */
  module(id: string): Js {
    const known = this.#modules.get(id);
    if (known !== undefined) return known;
    const local = `$m${this.#modules.size}`;
    this.#modules.set(id, local);
    return local;
  }

  /** A value made once when the module is loaded. Equal code shares one constant. */
  constant(js: Js): Js {
    const known = this.#constants.get(js);
    if (known !== undefined) return known;
    const local = `$c${this.#constants.size}`;
    this.#constants.set(js, local);
    return local;
  }

  /** Rows that the linker has to provide, sorted. */
  get requires(): string[] {
    return [...new Set([...this.#builtins.keys(), ...this.#syncBuiltins.keys()])].sort();
  }

  /** Modules that the linker has to provide. */
  get modules(): string[] {
    return [...this.#modules.keys()];
  }

  lines(): Js[] {
    const out: Js[] = [];
    const helpers = [...this.#support].sort().map((name) => `${name}: $${name}`);
    if (helpers.length > 0) out.push(`const { ${helpers.join(', ')} } = $;`);
    for (const [name, local] of this.#builtins)
      out.push(`const ${local} = imports.builtins[${quote(name)}];`);
    for (const [name, local] of this.#syncBuiltins)
      out.push(`const ${local} = imports.syncBuiltins[${quote(name)}];`);
    for (const [id, local] of this.#modules)
      out.push(`const ${local} = imports.modules[${quote(id)}];`);
    for (const [js, local] of this.#constants) out.push(`const ${local} = ${js};`);
    return out;
  }
}

/** A name per key that is an identifier and that no other key of the table has. */
function localOf(table: Map<string, string>, prefix: string, key: string): string {
  const known = table.get(key);
  if (known !== undefined) return known;
  const base = prefix + key.replaceAll(/\W/g, '_');
  const taken = new Set(table.values());
  let local = base;
  for (let i = 1; taken.has(local); i += 1) local = `${base}$${i}`;
  table.set(key, local);
  return local;
}
