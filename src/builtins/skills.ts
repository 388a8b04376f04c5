// Skills as programs hold them: `{_type: "skill_registry", skills: [...]}`, plain dicts with closures in them. Those of files
// are cards; their text is read when somebody asks for it.
import type { Json, JsonObject } from '../base/index.ts';
import { currentSessionId } from '../runtime/agent/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  type LoadSkill,
  renderSkillCatalog,
  type Skill,
  skillCalls,
  skillEntries,
  skillId,
} from '../runtime/skills/index.ts';
import {
  type Ctx,
  type Dict,
  dictFrom,
  dictGet,
  display,
  fromJson,
  isDict,
  isFunction,
  isList,
  type List,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { programHostKey } from './control.ts';
import { listArgument, optionsOf, toData, toNumber } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';
import { jsonHandler } from './permission-code.ts';

const registryOf = (skills: List): Dict =>
  dictFrom([
    ['_type', 'skill_registry'],
    ['skills', skills],
  ]);

function entriesOf(fn: string, registry: Value | undefined): readonly Dict[] {
  const skills = isDict(registry ?? null) ? dictGet(registry as Dict, 'skills') : undefined;
  if (skills !== undefined && isList(skills)) return skills.filter(isDict);
  throw wrong.argument({ builtin: fn, detail: 'the argument must be a skill registry' });
}

const nameOf = (entry: Dict): string => display(dictGet(entry, 'name') ?? null);

function withEntry(fn: string, registry: Value, entry: Dict): Dict {
  const entries = entriesOf(fn, registry);
  const at = entries.findIndex((one) => nameOf(one) === nameOf(entry));
  if (at === -1) return registryOf([...entries, entry]);
  return registryOf(entries.map((one, k) => (k === at ? entry : one)));
}

const TEXTS = [
  ...['description', 'when_to_use', 'prompt', 'invocation', 'model', 'effort', 'short'],
  ...['argument_hint', 'context', 'agent', 'shell'],
];
const LISTS = ['paths', 'allowed_tools', 'mcp', 'requires_mcp', 'trusted_signers'];

/** An entry, its known fields checked; others stay as they are. */
function defined(name: string, config: Value): Dict {
  const bad = (detail: string) => wrong.argument({ builtin: 'skill_define', detail });
  if (name === '') throw bad('the name must not be empty');
  if (!isDict(config)) throw bad(`the config must be a dict, got ${typeOf(config)}`);
  const fields = Object.entries(config).map(
    ([key, value]) => [key.replaceAll('-', '_'), value as Value] as const,
  );
  for (const [key, value] of fields) {
    if (value === null) continue;
    if (TEXTS.includes(key) && typeof value !== 'string') throw bad(`'${key}' must be a string`);
    if (LISTS.includes(key) && !isList(value)) throw bad(`'${key}' must be a list`);
    if (key === 'allowed_tools') checkTools(value as List, bad);
  }
  return dictFrom([
    ['description', ''],
    ...fields.filter(([key]) => key !== 'name'),
    ['name', name],
  ]);
}

/** A name, `namespace:<tag>`, or `*`; anything else with a colon is a slip that would leave no tools. */
function checkTools(list: List, bad: (detail: string) => Error): void {
  for (const one of list) {
    const text = display(one);
    if (!text.includes(':') || /^namespace:.+$/.test(text)) continue;
    throw bad(
      `'allowed_tools' has ${JSON.stringify(text)}: write a name, "namespace:<tag>" or "*"`,
    );
  }
}

/** What of an entry is data. */
function shown(entry: Dict): Dict {
  return dictFrom(
    Object.entries(entry).filter(([, value]) => !isFunction(value as Value)) as [string, Value][],
  );
}

const cardOf = (entry: Dict): JsonObject => toData(shown(entry)) as JsonObject;
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');

/** `{name, description, when_to_use}` of each, in the order of their ids. */
const catalogOf = (registry: Value): readonly JsonObject[] =>
  skillEntries(entriesOf('skills_catalog_entries', registry).map(cardOf));

/** Looks for the skills of a program, once in a run; then `skills` names them. */
export function* prepareSkills(ctx: RunContext): Suspending<void> {
  const host = ctx.get(programHostKey);
  yield* skillCalls.prepare(ctx, host.folderOf(undefined));
  host.globals['skills'] ??= { _type: 'skill_registry', skills: skillCalls.cards(ctx) };
}

/** What `load_skill` is called with: a name, or `{name, args?, require_signature?}`. */
function askedOf(ctx: RunContext, given: Value): LoadSkill {
  const options = isDict(given) ? (toData(given) as JsonObject) : { name: display(given) };
  const { name, args, require_signature: requireSignature } = options;
  if (typeof name !== 'string' || name === '') {
    throw wrong.argument({ builtin: 'load_skill', detail: 'name is required' });
  }
  return {
    name,
    args: Array.isArray(args) ? args.map((one: Json) => display(fromJson(one))) : [],
    requireSignature: requireSignature === true,
    sessionId: currentSessionId(ctx),
  };
}

/** The skills of a loop: a registry, a skill, or a list of either, with their closures. Undefined: none are given. */
export function skillsFrom(fn: string, value: Value | undefined): readonly Skill[] | undefined {
  if (value === undefined || value === null) return undefined;
  if (isList(value)) return value.flatMap((one) => skillsFrom(fn, one) ?? []);
  if (
    isDict(value) &&
    dictGet(value, 'skills') === undefined &&
    dictGet(value, 'name') !== undefined
  ) {
    return [skillOf(value)];
  }
  return entriesOf(fn, value).map(skillOf);
}

function skillOf(entry: Dict): Skill {
  const hook = (name: string) => {
    const fn = dictGet(entry, name);
    return fn !== undefined && isFunction(fn) ? jsonHandler(fn) : undefined;
  };
  const [onActivate, onDeactivate] = [hook('on_activate'), hook('on_deactivate')];
  return {
    card: cardOf(entry),
    ...(onActivate === undefined ? {} : { onActivate }),
    ...(onDeactivate === undefined ? {} : { onDeactivate }),
  };
}

export function skillRows(): readonly BuiltinRow[] {
  return [...registryRows(), ...textRows()];
}

function registryRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '@skill(name: string, fields: any) -> any',
      { doc: 'The registry of a skill declaration.' },
      (_, name, fields) => registryOf([defined(display(name), fields)]),
    ),
    builtin('skill_registry() -> dict', { doc: 'An empty skill registry.' }, () => registryOf([])),
    builtin(
      'skill_define(registry: any, name: string, config: any) -> dict',
      {
        doc: 'The registry with a skill: `{description, when_to_use, prompt, allowed_tools, paths, ...}`; one of the same name is replaced.',
      },
      (_, registry, name, config) =>
        withEntry('skill_define', registry, defined(display(name), config)),
    ),
    builtin(
      'skill_list(registry: any) -> list',
      { doc: 'The skills without their closures.' },
      (_, registry) => entriesOf('skill_list', registry).map(shown),
    ),
    builtin(
      'skill_find(registry: any, name: string) -> dict | nil',
      { doc: 'A skill with all it has; nil when there is none.' },
      (_, registry, name) =>
        entriesOf('skill_find', registry).find(
          (one) => nameOf(one) === display(name) || skillId(cardOf(one)) === display(name),
        ) ?? null,
    ),
    builtin(
      'skill_select(registry: any, names: list) -> dict',
      { doc: 'A registry of the named skills only.' },
      (_, registry, names) => {
        const wanted = new Set(listArgument('skill_select', names).map((name) => display(name)));
        return registryOf(
          entriesOf('skill_select', registry).filter((one) => wanted.has(nameOf(one))),
        );
      },
    ),
    builtin(
      'skill_remove(registry: any, name: string) -> dict',
      { doc: 'The registry without a skill.' },
      (_, registry, name) =>
        registryOf(
          entriesOf('skill_remove', registry).filter((one) => nameOf(one) !== display(name)),
        ),
    ),
    builtin(
      'skill_count(registry: any) -> int',
      { doc: 'How many skills a registry has.' },
      (_, registry) => entriesOf('skill_count', registry).length,
    ),
    builtin(
      'skill_describe(registry: any) -> string',
      { doc: 'The skills of a registry for people, a line each.' },
      (_, registry) => {
        const lines = catalogOf(registry).map(
          ({ name, description }) => `- ${textOf(name)}: ${textOf(description)}`,
        );
        return ['Available skills:', ...lines].join('\n');
      },
    ),
  ];
}

function textRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'skills_catalog_entries(registry: any) -> list<dict>',
      {
        doc: 'The cards of a registry, `{name, description, when_to_use}` each, in the order of their names.',
      },
      (_, registry) => fromJson(catalogOf(registry)),
    ),
    builtin(
      'render_always_on_catalog(entries: list, budget: int?) -> string',
      {
        doc: 'Cards of skills as a part of a system prompt, as many as fit into the budget of characters (4,000).',
      },
      (_, entries, budget) => {
        const room = budget === undefined || budget === null ? 4000 : toNumber(budget as never);
        return renderSkillCatalog(
          listArgument('render_always_on_catalog', entries).map((entry) =>
            optionsOf<JsonObject>(entry),
          ),
          room,
        );
      },
    ),
    builtin(
      'skill_render(source: any, args: list?) -> string',
      {
        doc: 'The text of a skill, or a text, with its arguments put in: `$1`, `$ARGUMENTS`, `${HARN_SKILL_DIR}`, `${NAME}`, `$$`.',
        effect: 'read',
      },
      function* (ctx: Ctx, skill: Value, args: Value): Steps {
        const run = ctx as RunContext;
        const given = args !== undefined && isList(args) ? args.map((one) => display(one)) : [];
        const sessionId = currentSessionId(run);
        if (typeof skill === 'string') {
          return skillCalls.render(run, skill, { args: given, folder: undefined, sessionId });
        }
        if (!isDict(skill)) {
          const detail = `the skill must be a dict or a text, got ${typeOf(skill)}`;
          throw wrong.argument({ builtin: 'skill_render', detail });
        }
        yield* prepareSkills(run);
        const card = cardOf(skill);
        return yield* skillCalls.load(run, [card], { name: skillId(card), args: given, sessionId });
      },
    ),
    builtin(
      'load_skill(asked: any) -> string',
      {
        doc: 'The full text of a skill of a file, by its name or as `{name, args?, require_signature?}`.',
        effect: 'read',
      },
      function* (ctx: Ctx, skill: Value): Steps {
        const run = ctx as RunContext;
        const asked = askedOf(run, skill);
        yield* prepareSkills(run);
        return yield* skillCalls.load(run, skillCalls.cards(run), asked);
      },
    ),
  ];
}
