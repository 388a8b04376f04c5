// The lint rules: numbers and meanings are upstream's, so a code means the same in every tool. The name of a rule is
// its key in kebab case: `unusedVariable` is `unused-variable` in harn.toml and in comments.
import { defineErrors, row } from '../../../base/index.ts';

type Named = { readonly name: string };

const UNDERSCORE = 'Remove it, or begin its name with `_` if it must stay.';

export const lintErrors = defineErrors('LNT', {
  cyclomaticComplexity: row<Named & { score: number; limit: number }>({
    number: 2,
    message: ({ name, score, limit }) =>
      `\`${name}\` has ${score} branches; more than ${limit} are hard to follow`,
    hint: 'Move parts into functions of their own, or mark it `@complexity(allow)`.',
    help: 'Counted are if, guard, match arms, loops, try, ternaries, select cases, retry, && and ||. The limit is `complexity_threshold` of `[lint]` in harn.toml.',
  }),
  namingConvention: row<Named & { what: string; wanted: string }>({
    number: 3,
    message: ({ name, what, wanted }) => `${what} \`${name}\` should be called \`${wanted}\``,
    hint: 'Functions, tools and pipelines are snake_case; types are PascalCase.',
  }),
  longRunningWithoutCleanup: row<Named>({
    number: 6,
    message: ({ name }) => `what \`${name}\` starts in the background goes on when this is left`,
    hint: 'End it behind `defer` or in `finally`: `defer { harness.tools.cancel_handle(handle) }`.',
  }),
  shadowVariable: row<Named>({
    number: 9,
    message: ({ name }) => `\`${name}\` hides a variable of the same name around it`,
    hint: 'Give one of them another name.',
  }),
  deadCode: row<{ word: string }>({
    number: 11,
    message: ({ word }) => `this is never reached: \`${word}\` comes before it`,
  }),
  letThenReturn: row<Named>({
    number: 12,
    message: ({ name }) => `\`${name}\` is only there to be returned`,
    hint: 'Return the value itself.',
  }),
  unusedVariable: row<Named>({
    number: 14,
    message: ({ name }) => `variable \`${name}\` is never used`,
    hint: UNDERSCORE,
  }),
  unusedPatternBinding: row<Named>({
    number: 15,
    message: ({ name }) => `\`${name}\` is taken out of the value and never used`,
    hint: UNDERSCORE,
  }),
  unusedParameter: row<Named>({
    number: 16,
    message: ({ name }) => `parameter \`${name}\` is never used`,
    hint: UNDERSCORE,
  }),
  unusedImport: row<Named>({
    number: 17,
    message: ({ name }) => `import of \`${name}\` is never used`,
  }),
  mutableNeverReassigned: row<Named & { word: string }>({
    number: 18,
    message: ({ name }) => `\`${name}\` may change but never does`,
    hint: ({ word }) => `Declare it with \`${word}\`.`,
  }),
  unusedFunction: row<Named>({
    number: 19,
    message: ({ name }) => `function \`${name}\` is never used`,
    hint: 'Remove it, mark it `pub` if other files use it, or begin its name with `_`.',
  }),
  unusedType: row<Named>({
    number: 20,
    message: ({ name }) => `type \`${name}\` is never used`,
    hint: 'Remove it, mark it `pub` if other files use it, or begin its name with `_`.',
  }),
  pipelineReturnType: row<Named>({
    number: 23,
    message: ({ name }) => `public pipeline \`${name}\` does not say what it returns`,
    hint: 'Hosts rely on it: write `-> type` behind the parameters.',
  }),
  missingHarndoc: row<Named>({
    number: 24,
    message: ({ name }) => `public function \`${name}\` has no documentation`,
    hint: 'Say before it what it does: `/** … */`.',
  }),
  assertOutsideTest: row<Named>({
    number: 25,
    message: ({ name }) => `\`${name}\` is for tests`,
    hint: 'Write `require condition, "message"` here.',
  }),
  promptInjection: row<Record<string, never>>({
    number: 26,
    message: () => 'values become part of the system prompt, and with them what others wrote',
    hint: 'Keep the system prompt a fixed text and give values in the prompt.',
  }),
  unnecessaryCast: row<Named>({
    number: 28,
    message: ({ name }) => `\`${name}\` does nothing to this value: it is of that type already`,
  }),
  constantOperand: row<{ text: string; operator: string }>({
    number: 30,
    message: ({ text, operator }) => `\`${text}\` beside \`${operator}\` decides or does nothing`,
  }),
  pointlessComparison: row<Record<string, never>>({
    number: 31,
    message: () => 'both sides of this comparison are the same',
  }),
  comparisonToBool: row<{ value: boolean }>({
    number: 32,
    message: ({ value }) => `there is no need to compare with ${value}`,
  }),
  redundantNilTernary: row<Record<string, never>>({
    number: 34,
    message: () => 'this ternary is `??` written long',
  }),
  emptyBlock: row<{ word: string }>({
    number: 35,
    message: ({ word }) => `the block of this \`${word}\` is empty`,
    hint: 'Remove it, or say in a comment why nothing is done.',
  }),
  unnecessaryElseReturn: row<Record<string, never>>({
    number: 36,
    message: () => 'this `else` is not needed: what comes before it has left the function',
  }),
  duplicateMatchArm: row<{ text: string }>({
    number: 37,
    message: ({ text }) => `\`${text}\` was matched by an arm before`,
  }),
  requireInTest: row<Record<string, never>>({
    number: 38,
    message: () => 'a test says less when `require` fails than when `assert` does',
    hint: 'Write `assert(condition, "message")`.',
  }),
  requireFileHeader: row<Named>({
    number: 45,
    message: () => 'the file does not begin with a `/** … */` that says what it is',
    hint: ({ name }) => `Begin its first line with the name of the file: ${name}.`,
  }),
  importOrder: row<{ path: string }>({
    number: 47,
    message: ({ path }) => `import of "${path}" is out of order`,
    hint: 'First `std/…`, then packages, then files (`./…`), each by the alphabet.',
  }),
  preferOptional: row<{ text: string }>({
    number: 48,
    message: () => '`| nil` is `?` written long',
    hint: ({ text }) => `Write \`${text}\`.`,
  }),
  legacyDocComment: row<Record<string, never>>({
    number: 49,
    message: () => '`///` is the older form of a doc comment',
    hint: 'Write `/** … */`.',
  }),
  needlessOptional: row<{ operator: string }>({
    number: 51,
    message: ({ operator }) => `\`${operator}\` is not needed: what stands before it is never nil`,
  }),
  ambientClock: row<Named & { use: string }>({ number: 52, message: ambient, hint: replacement }),
  ambientStdio: row<Named & { use: string }>({ number: 53, message: ambient, hint: replacement }),
  ambientFs: row<Named & { use: string }>({ number: 54, message: ambient, hint: replacement }),
  ambientEnv: row<Named & { use: string }>({ number: 55, message: ambient, hint: replacement }),
  ambientRandom: row<Named & { use: string }>({ number: 56, message: ambient, hint: replacement }),
  ambientNet: row<Named & { use: string }>({ number: 57, message: ambient, hint: replacement }),
  ambientCapability: row<Named & { use: string }>({
    number: 71,
    message: ambient,
    hint: replacement,
  }),
  vacuousCondition: row<{ value: boolean }>({
    number: 58,
    message: ({ value }) => `this condition is always ${value}`,
  }),
  unreachableCoalesce: row<Record<string, never>>({
    number: 62,
    message: () => 'what stands behind this `??` is never used: the left side is never nil',
  }),
  needlessNonNull: row<Record<string, never>>({
    number: 63,
    message: () => '`!` is not needed: this is never nil',
  }),
  mutableCaptureInParallel: row<Named & { word: string }>({
    number: 64,
    message: ({ name, word }) =>
      `\`${name}\` is changed in \`${word}\`, where others change it too`,
    hint: 'Let every branch give a value and put them together afterwards, or use a shared cell or an atomic.',
  }),
  discardedResult: row<Named>({
    number: 66,
    message: ({ name }) =>
      `\`${name}\` changes nothing: it gives a new value, which is dropped here`,
    hint: 'Give the result a name, or remove the call.',
  }),
  publicApiTypes: row<Named & { what: string }>({
    number: 67,
    message: ({ name, what }) => `public function \`${name}\` does not say the type of ${what}`,
    hint: 'Callers in other files, editors and `harn docs` read it from here.',
  }),
  positionalParameters: row<Named & { count: number; type: string }>({
    number: 70,
    message: ({ name, count, type }) =>
      `\`${name}\` takes ${count} values of type ${type} by position, which are easily mixed up`,
    hint: 'Take one dict or struct with named fields.',
  }),
  templateParse: row<{ detail: string }>({
    number: 40,
    message: ({ detail }) => `this prompt template cannot be rendered: ${detail}`,
    hint: 'Rendering it fails at this place, whatever its values are.',
  }),
  templateVariants: row<{ count: number; limit: number }>({
    number: 44,
    message: ({ count, limit }) =>
      `this prompt template has ${count} forms; nobody tries more than ${limit}`,
    hint: 'Conditions that do not depend on each other double its forms: make templates of their own of parts, or choose the text in the program.',
  }),
  templateProviderBranch: row<{ name: string; value: string }>({
    number: 46,
    message: ({ name, value }) => `the prompt asks whether \`${name}\` is ${value}`,
    hint: 'Ask for what the model can do, which the program finds out: the next model that can do it has another name.',
  }),
  templateFilter: row<{ name: string; suggestion: string | undefined }>({
    number: 68,
    message: ({ name }) => `there is no template filter \`${name}\``,
    hint: ({ suggestion }) =>
      suggestion === undefined
        ? 'Rendering fails where it is applied.'
        : `Did you mean \`${suggestion}\`?`,
  }),
  nilCoalescesToNil: row<Record<string, never>>({
    number: 61,
    message: () => '`?? nil` changes nothing',
  }),
  selfCoalesce: row<Record<string, never>>({
    number: 65,
    message: () => 'both sides of this `??` are the same',
  }),
  rootHarnessTooBroad: row<Named & { field: string }>({
    number: 69,
    message: ({ name, field }) => `\`${name}\` takes the whole harness and uses only \`${field}\``,
    hint: ({ field }) => `Take what it needs: a parameter of type \`Harness${pascal(field)}\`.`,
  }),
});

function ambient({ name }: Named): string {
  return `\`${name}\` is the older name of a method of the harness`;
}

function replacement({ use }: { readonly use: string }): string {
  return `Write \`${use}(…)\`.`;
}

function pascal(field: string): string {
  return field
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

/** Rules of ours: upstream has no number for them. */
export const templateRules = defineErrors('TPL', {
  templateUnbound: row<{ path: string; name: string; given: string | undefined }>({
    number: 1,
    message: ({ path, name }) => `the template "${path}" takes \`${name}\`, which it is not given`,
    hint: ({ given }) =>
      given === undefined
        ? 'Give it, or let the template ask first: `{{ if name }}`, `{{ name | default: "" }}`.'
        : `It is given \`${given}\`, which it does not look at.`,
  }),
  templateUnused: row<{ path: string; name: string; suggestion: string | undefined }>({
    number: 2,
    message: ({ path, name }) => `the template "${path}" never looks at \`${name}\``,
    hint: ({ suggestion }) =>
      suggestion === undefined ? 'Leave it out.' : `Did you mean \`${suggestion}\`?`,
  }),
});

/** The key of a rule in the tables. */
export type RuleKey = Exclude<
  (keyof typeof lintErrors | keyof typeof templateRules) & string,
  `$${string}`
>;

/** `unusedVariable` is `unused-variable`. */
export function ruleName(key: string): string {
  return key.replace(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);
}
