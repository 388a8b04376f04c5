// Tool surfaces that a program writes down as they are: the tools, policy and prompts of a loop, or of a validation, as far
// as they are known without running. One part that is not known makes the whole unknown: nothing is guessed.
import { isJsonObject, type Json, type JsonObject, type Span } from '../../base/index.ts';
import type { Binding, CheckedModule } from '../2-check/checked-module.ts';
import type { Argument, DictLiteral, Expression } from '../ast.ts';
import { walk } from './walk.ts';

/** A surface as `tool_surface_validate` takes it, its tools beside it. */
export interface WrittenSurface {
  readonly around: JsonObject;
  readonly tools: readonly JsonObject[];
  /** Where each tool is written, by its name. */
  readonly places: ReadonlyMap<string, Span>;
  /** Where the rest of it is. */
  readonly span: Span;
  /** Whether these are all tools that there will be. */
  readonly isWhole: boolean;
}

const VALIDATE = 'tool_surface_validate';
const LOOP = 'agent.loop';

/** What of a loop's options is part of its surface. */
const PARTS: ReadonlySet<string> = new Set(['policy', 'approval_policy', 'tool_search']);
/** Options that bring no tools of their own. */
const PLAIN: ReadonlySet<string> = new Set([
  ...PARTS,
  ...['tools', 'provider', 'model', 'max_iterations', 'max_tokens', 'temperature', 'done_sentinel'],
  ...['session_id', 'tool_format', 'profile', 'timeout', 'timeout_ms', 'output_format'],
]);

/** The surfaces of a module that are written down whole. */
export function writtenSurfaces(checked: CheckedModule): readonly WrittenSurface[] {
  const found: WrittenSurface[] = [];
  const reader = new Reader(checked);
  walk(checked.module, (node) => {
    if (node.kind !== 'Call' && node.kind !== 'MethodCall') return;
    const target = checked.calls.get(node)?.target;
    if (target?.kind !== 'builtin' && target?.kind !== 'capability') return;
    const { name } = target.spec;
    if (name !== VALIDATE && name !== LOOP) return;
    const surface = name === LOOP ? reader.loop(node.args) : reader.validation(node.args);
    if (surface !== undefined) found.push(surface);
  });
  return found;
}

class Reader {
  readonly #checked: CheckedModule;

  /** What constants of the module are, wherever they are declared. */
  readonly #constants = new Map<Binding, Expression>();

  constructor(checked: CheckedModule) {
    this.#checked = checked;
    walk(checked.module, (node) => {
      if (node.kind !== 'LetStatement' || node.binding !== 'const') return;
      const binding = checked.declares.get(node.pattern);
      if (binding !== undefined) this.#constants.set(binding, node.value);
    });
  }

  validation(args: readonly Argument[]): WrittenSurface | undefined {
    const [given, ...more] = args;
    if (given?.kind !== 'DictLiteral' || more.length > 0) return undefined;
    const parts = partsOf(given);
    const around: { [name: string]: Json } = {};
    for (const [name, value] of parts ?? []) {
      if (name === 'tools') continue;
      const known = this.#value(value);
      if (known === undefined) return undefined;
      around[name] = known;
    }
    return this.#surface(parts?.get('tools'), around, given.span, true);
  }

  loop(args: readonly Argument[]): WrittenSurface | undefined {
    const options = args.at(-1);
    if (args.length < 3 || options?.kind !== 'DictLiteral') return undefined;
    const parts = partsOf(options);
    if (parts === undefined) return undefined;
    const around: { [name: string]: Json } = {};
    for (const [name, value] of parts) {
      if (!PARTS.has(name)) continue;
      const known = this.#value(value);
      if (known === undefined) return undefined;
      around[name] = known;
    }
    const system = args.at(-2);
    const prompt = system === undefined ? undefined : this.#value(system);
    if (typeof prompt === 'string') around['system'] = prompt;
    const isWhole = [...parts.keys()].every((name) => PLAIN.has(name));
    return this.#surface(parts.get('tools'), around, options.span, isWhole);
  }

  #surface(
    given: Expression | undefined,
    around: JsonObject,
    span: Span,
    isWhole: boolean,
  ): WrittenSurface | undefined {
    const list = given === undefined ? undefined : this.#written(given);
    if (list?.kind !== 'ListLiteral') return undefined;
    const tools: JsonObject[] = [];
    const places = new Map<string, Span>();
    for (const element of list.elements) {
      const tool = this.#value(element);
      if (!isJsonObject(tool) || typeof tool['name'] !== 'string') return undefined;
      tools.push(tool);
      places.set(tool['name'], element.span);
    }
    return { around, tools, places, span, isWhole };
  }

  /** What a constant stands for; any other expression as it is. */
  #written(node: Argument): Argument {
    if (node.kind !== 'Identifier') return node;
    const binding = this.#checked.uses.get(node);
    return (binding && this.#constants.get(binding)) ?? node;
  }

  /** The value that is written; code is `true`. Undefined: not known. */
  #value(given: Argument): Json | undefined {
    const node = this.#written(given);
    switch (node.kind) {
      case 'StringLiteral':
      case 'BoolLiteral':
        return node.value;
      case 'NilLiteral':
        return null;
      case 'IntLiteral':
        return Number(node.value);
      case 'Closure':
        return true;
      case 'ListLiteral': {
        const items = node.elements.map((each) => this.#value(each));
        return items.includes(undefined) ? undefined : (items as Json[]);
      }
      case 'DictLiteral': {
        const entries = [...(partsOf(node) ?? [['', undefined] as const])].map(
          ([name, value]) => [name, value && this.#value(value)] as const,
        );
        if (entries.some(([, value]) => value === undefined)) return undefined;
        return Object.fromEntries(entries) as JsonObject;
      }
      default:
        return undefined;
    }
  }
}

/** The entries of a dict by name; undefined when not all names are written. */
function partsOf({ entries }: DictLiteral): ReadonlyMap<string, Expression> | undefined {
  const parts = new Map<string, Expression>();
  for (const entry of entries) {
    if (entry.kind !== 'DictEntry' || entry.key.kind !== 'StringLiteral') return undefined;
    parts.set(entry.key.value, entry.value);
  }
  return parts;
}
