// Front door of lang: source text to checked module to JavaScript. Pure and synchronous.
// Reading: text to tokens to tree
export {
  DEFAULT_EDITION,
  detectEdition,
  type EditionSources,
  editionOfRange,
  resolveEdition,
  toEdition,
} from './1-parse/edition.ts';
export { tokenize } from './1-parse/lexer.ts';
export { type ParseOptions, type ParseResult, parse } from './1-parse/parser.ts';
export { parseSignature, type Signature } from './1-parse/signature.ts';
export { KEYWORDS, T, type Token, type TokenKind, TokenList } from './1-parse/token.ts';
export { type CheckOptions, check } from './2-check/check.ts';
export type {
  Binding,
  BindingKind,
  CallFacts,
  CallNode,
  CallTarget,
  CheckedImport,
  CheckedModule,
  CheckedProgram,
  EntryParameter,
  EntrySelection,
  Fault,
  FunctionFacts,
  FunctionNode,
  LoopNode,
  ParentPipeline,
} from './2-check/checked-module.ts';
export {
  flowErrors,
  importErrors,
  moduleErrors,
  nameErrors,
  ownErrors,
  recoveryErrors,
} from './2-check/errors.ts';
export { memoryLoader } from './2-check/memory-loader.ts';
export type { GraphOptions, ModuleLoader } from './2-check/module-graph.ts';
export {
  bindingAt,
  definitionOf,
  referencesTo,
  signatureOf,
  type TypeAt,
  typeAt,
} from './2-check/type-at.ts';
export { typeText } from './2-check/types/display.ts';
export { matchErrors, typeErrors } from './2-check/types/errors.ts';
export type { Type } from './2-check/types/type.ts';
// Emitting: JavaScript of one module, its source map, and reading them back
export {
  type EmittedEntry,
  type EmittedExport,
  type EmittedModule,
  type EmittedPipeline,
  type EntryInput,
  emitModule,
} from './3-emit/module.ts';
export { harnNameOf } from './3-emit/names.ts';
export {
  decodeMappings,
  encodeMappings,
  lookUp,
  type Mapping,
  type SourceMapJson,
} from './3-emit/source-map.ts';
export { EMIT_ABI, type RuntimeRow, type SupportName } from './3-emit/support.ts';
// The tree: node types are in ast.ts, these are what other rooms name
export type { Comment, Edition, Module, Node } from './ast.ts';
// Checking: modules, names, colours, types
export type {
  BuiltinColour,
  BuiltinEffect,
  BuiltinSpec,
  OptionBag,
  OptionSpec,
} from './builtin-spec.ts';
// Error tables of this room, for `explain` and the docs
export { lexErrors, parseErrors } from './errors.ts';
// Methods of built-in values: what the checker knows of each, and the documentation shows
export { type MethodSpec, signatureAs } from './methods/method-spec.ts';
export { METHOD_KINDS, methodKindOf, methodNames, methodSpec } from './methods/table.ts';
// What editors ask: pure questions about checked programs
export { type Completion, completionsAt, type ModulePaths } from './tools/completion.ts';
export { restOfStandIn } from './tools/completion-places.ts';
export { openOptionAt, tokensOf, withStandIn } from './tools/cursor-context.ts';
export type { Exposed, ExposedInput, ExposedShape } from './tools/exposed.ts';
export { type Exporter, type Fix, fixesIn, publicNamesOf } from './tools/fixes.ts';
export { type Fold, foldsOf } from './tools/folding.ts';
export { type HoverText, hoverAt } from './tools/hover.ts';
// Tools over sources: loaded on demand, no run needs them
export type { TemplateReader } from './tools/lint/template-bindings.ts';
export { type LangTools, loadLangTools } from './tools/load.ts';
export { memberPlaces, memberSymbolAt } from './tools/member-references.ts';
export { type MemberInfo, membersOf, type ToolContext } from './tools/members.ts';
export {
  declarationAt,
  isName,
  type NameSymbol,
  occurrencesOf,
  renameEdits,
  symbolAt,
  type TextEdit,
} from './tools/navigate.ts';
export { type Occurrence, occurrenceAt, occurrencesIn } from './tools/occurrences.ts';
export { ParseCache } from './tools/parse-cache.ts';
export {
  type SemanticToken,
  semanticTokens,
  TOKEN_MODIFIERS,
  TOKEN_TYPES,
} from './tools/semantic-tokens.ts';
export { type SignatureHelp, signatureHelpAt } from './tools/signature-help.ts';
export { outlineOf, type SymbolEntry } from './tools/symbols.ts';
export { pathTo } from './tools/tree.ts';
