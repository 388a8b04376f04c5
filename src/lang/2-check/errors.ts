// The errors of the checking phase: imports, names, ownership, control flow. Texts that a run raises as well
// (undefined variable, immutable assignment) use the same wording there.
import { defineErrors, row } from '../../base/index.ts';

function didYouMean(suggestion: string | undefined): string {
  return suggestion === undefined ? '' : ` (did you mean \`${suggestion}\`?)`;
}

/** Names of other languages, and what they are called here. */
const FOREIGN: ReadonlyMap<string, string> = new Map([
  ['null', 'The value for nothing is `nil`.'],
  ['undefined', 'The value for nothing is `nil`.'],
  ['None', 'The value for nothing is `nil`.'],
  ['True', 'Write `true`.'],
  ['False', 'Write `false`.'],
  ['console', 'Write `harness.stdio.println(...)`.'],
  ['process', 'Write `harness.env.get(...)`, `harness.process.run(...)` or `argv`.'],
  ['Math', 'Functions of numbers are global: `floor(x)`, `max(a, b)`, `sqrt(x)`.'],
  ['JSON', 'Write `json_parse(text)` or `json_stringify(value)`.'],
  ['this', 'A method of `impl` names its receiver: `fn area(self)`.'],
]);

type Named = { name: string };
type Suggested = { name: string; suggestion: string | undefined };

/** Names: variables, functions, members, declarations, the shape of `fn main`. */
export const nameErrors = defineErrors('NAM', {
  undefinedVariable: row<Suggested>({
    number: 1,
    message: ({ name, suggestion }) => `Undefined variable: ${name}${didYouMean(suggestion)}`,
    hint: ({ name, suggestion }) => (suggestion === undefined ? FOREIGN.get(name) : undefined),
    help: 'The name is not declared before this place in this scope or an enclosing one, and it is not a builtin. A run raises the same error when it gets here.',
  }),
  undefinedFunction: row<Suggested>({
    number: 2,
    message: ({ name, suggestion }) =>
      `call target \`${name}\` is not defined or imported${suggestion === undefined ? '' : ` — did you mean \`${suggestion}\`?`}`,
    hint: 'Declare the function, import it, or correct the spelling.',
  }),
  unknownCapability: row<Suggested>({
    number: 4,
    message: ({ name, suggestion }) => `the harness has no \`${name}\`${didYouMean(suggestion)}`,
  }),
  unknownMethod: row<{ capability: string; name: string; suggestion: string | undefined }>({
    number: 5,
    message: ({ capability, name, suggestion }) =>
      `\`${capability}\` has no method \`${name}\`${didYouMean(suggestion)}`,
  }),
  unknownAttribute: row<Suggested>({
    number: 501,
    message: ({ name, suggestion }) => `nobody looks at \`@${name}\`${didYouMean(suggestion)}`,
    hint: ({ suggestion }) => (suggestion === undefined ? undefined : `Write \`@${suggestion}\`.`),
  }),
  deprecated: row<{ name: string; since: string | undefined; use: string | undefined }>({
    number: 502,
    message: ({ name, since }) =>
      `\`${name}\` is deprecated${since === undefined ? '' : ` since ${since}`}`,
    hint: ({ use }) => (use === undefined ? undefined : `Use \`${use}\`.`),
  }),
  duplicateParameter: row<Named>({
    number: 6,
    message: ({ name }) => `parameter '${name}' is declared twice`,
    hint: 'Give each parameter its own name, or use `_` for one that is not needed.',
  }),
  duplicateMember: row<Named & { what: string }>({
    number: 503,
    message: ({ what, name }) => `${what} '${name}' is declared twice`,
    help: 'Of two fields, variants or methods of one name only one could ever be meant.',
  }),
  noReceiver: row<Named>({
    number: 504,
    message: ({ name }) => `the first parameter of method '${name}' is not \`self\``,
    hint: 'A method gets the value that it is called on first: write `self` there. What needs no value is a function.',
  }),
  /** `word` is what would make an immutable variable mutable; absent for other declarations. */
  redeclaration: row<{ name: string; what: string; word: string | undefined }>({
    number: 10,
    message: ({ name, what, word }) =>
      word === undefined
        ? `${what} '${name}' is declared twice in the same scope`
        : `Cannot redeclare immutable variable '${name}' in the same scope (use '${word}' to make it mutable, or pick another name)`,
  }),
  mainSignature: row<Record<string, never>>({
    number: 101,
    message: () =>
      '`fn main` must take exactly one parameter: `harness: Harness` (or `_harness: Harness`)',
    hint: 'Write `fn main(harness: Harness) { ... }`.',
    help: 'A file without a pipeline starts at `fn main`. It receives the root of all authority as its only parameter; the parameter has no default and is not a rest parameter.',
  }),
});

/** Ownership: what may be assigned, and what came from outside and was not checked. */
export const ownErrors = defineErrors('OWN', {
  immutableAssignment: row<Named & { keyword: string | undefined }>({
    number: 1,
    message: ({ name }) => `Cannot assign to immutable binding: ${name}`,
    hint: ({ keyword }) =>
      keyword === undefined
        ? 'Parameters and caught errors cannot be assigned; copy the value into a variable of your own.'
        : `Declare it with \`${keyword}\` if it is meant to change.`,
  }),
  unchecked: row<{ what: string; from: string }>({
    number: 4,
    message: ({ what, from }) => `${what} is read from what ${from} gave, which was not checked`,
    hint: 'Check it first: `schema_expect(value, T)`, `schema_is(value, T)`, `type_of(value) == "dict"`, or a type where it gets a name.',
    help: 'Only in strict type mode (`--strict-types`, or `strict_types = true` in `[check]` of harn.toml). What comes from outside may have any shape; a field that is not there would be nil.',
  }),
});

/** Imports: the target, its names, cycles of re-exports. */
export const importErrors = defineErrors('IMP', {
  targetNotFound: row<{
    path: string;
    suggestion: string | undefined;
    inside?: string | undefined;
  }>({
    number: 1,
    message: ({ path, suggestion, inside }) =>
      inside === undefined
        ? `cannot find module "${path}"${didYouMean(suggestion)}`
        : `cannot import "${path}": it is a folder`,
    hint: ({ inside }) =>
      inside === undefined
        ? 'The path is relative to this file, `std/...`, or an installed package.'
        : `Name a file in it: \`import "${inside}"\`.`,
  }),
  nameNotExported: row<{
    name: string;
    path: string;
    isPrivate: boolean;
    suggestion: string | undefined;
  }>({
    number: 2,
    message: ({ name, path, isPrivate, suggestion }) =>
      isPrivate
        ? `\`${name}\` is private to module "${path}"`
        : `module "${path}" does not export \`${name}\`${didYouMean(suggestion)}`,
    hint: ({ name, isPrivate }) =>
      isPrivate
        ? `Mark the declaration of \`${name}\` there with \`pub\`.`
        : 'Only declarations marked `pub` can be imported.',
  }),
  reExportCycle: row<{ path: string }>({
    number: 3,
    message: ({ path }) => `\`pub import "${path}"\` is part of an import cycle`,
    hint: 'Import without `pub`, or move what both modules need into a third one.',
  }),
});

/** Modules as wholes: collisions and conflicts of imported names. */
export const moduleErrors = defineErrors('MOD', {
  importCollision: row<{ name: string; first: string; second: string }>({
    number: 5,
    message: ({ name, first, second }) =>
      `Import collision: '${name}' comes from "${first}" and from "${second}"`,
    hint: 'Import only the names you need: `import { name } from "module"`.',
  }),
  reExportConflict: row<{ name: string; first: string; second: string }>({
    number: 6,
    message: ({ name, first, second }) =>
      `Import collision: '${name}' is re-exported from "${first}" and from "${second}"`,
    hint: 'Re-export it from one of them only.',
  }),
});

/** Where jumps may stand. The numbers are our own family; upstream has no codes for most of them. */
export const flowErrors = defineErrors('FLW', {
  outsideLoop: row<{ word: string }>({
    number: 1,
    message: ({ word }) => `${word} outside of loop`,
    hint: 'The bodies of closures, `spawn` and `parallel` are functions of their own.',
  }),
  emitOutsideStream: row<Record<string, never>>({
    number: 2,
    message: () => '`emit` is only valid inside `gen fn`',
    hint: 'Declare the function with `gen fn`, or use `yield` for a generator.',
  }),
  yieldInStream: row<Record<string, never>>({
    number: 3,
    message: () => '`yield` is not valid in a stream; use `emit` inside `gen fn`',
  }),
  unknownParent: row<{ name: string; suggestion: string | undefined }>({
    number: 4,
    message: ({ name, suggestion }) =>
      `there is no pipeline \`${name}\` to extend${didYouMean(suggestion)}`,
  }),
  parentCycle: row<{ name: string }>({
    number: 5,
    message: ({ name }) => `pipeline \`${name}\` extends itself`,
    hint: 'Follow the `extends` from pipeline to pipeline: they lead back here.',
  }),
});

/** Recovery: `try*` and `?`. */
export const recoveryErrors = defineErrors('RCV', {
  tryStarOutsideFunction: row<Record<string, never>>({
    number: 2,
    message: () => 'try* requires an enclosing function (fn, tool, or pipeline)',
    hint: 'Wrap it in `try { ... } catch (e) { ... }` inside a function.',
  }),
});
