// What the checker knows about a program: the contract with the emitter and with the reference interpreter.
// Facts about nodes live in side tables keyed by the node object; the syntax tree itself is never written to.
import type { Diagnostic, Source } from '../../base/index.ts';
import type {
  Call,
  Closure,
  Edition,
  EvalPackDeclaration,
  ForStatement,
  FunctionDeclaration,
  ImportDeclaration,
  MethodCall,
  Module,
  Node,
  OverrideDeclaration,
  Parallel,
  Pipe,
  PipelineDeclaration,
  Retry,
  Spawn,
  ToolDeclaration,
  WhileStatement,
} from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import type { Type } from './types/type.ts';

/** `f(x)`, `obj.m(x)`, `x |> f`. */
export type CallNode = Call | MethodCall | Pipe;

/** Nodes with a body of their own: what `return` leaves, and what has a colour. A Module is the body of a script. */
export type FunctionNode =
  | Module
  | PipelineDeclaration
  | OverrideDeclaration
  | FunctionDeclaration
  | ToolDeclaration
  | EvalPackDeclaration
  | Closure
  | Spawn
  | Parallel;

export type LoopNode = ForStatement | WhileStatement | Retry;

/** A checked program: closed world, so colours and call targets are final. */
export interface CheckedProgram {
  /** Dependencies before dependents; the entry is last. Modules in an import cycle follow discovery order. */
  readonly modules: readonly CheckedModule[];
  readonly entry: CheckedModule;
  /** What prevents a run (severity `error`), and warnings. Syntax errors of every module are among them. */
  readonly diagnostics: readonly Diagnostic[];
  /** Errors that a run raises only when it gets there; `harn check` reports them, `harn run` does not ask. */
  readonly latent: readonly Diagnostic[];
  /** Diagnostics beyond the limit that were counted but not kept. */
  readonly dropped: number;
  readonly hasErrors: boolean;
}

/** One module with its side tables. */
export interface CheckedModule {
  readonly source: Source;
  readonly module: Module;
  readonly edition: Edition;
  readonly imports: readonly CheckedImport[];
  /** Public name → what it denotes; re-exports point to the binding of the module that declares it. */
  readonly exports: ReadonlyMap<string, Binding>;
  /** Every declaration at module level by name, private ones too: another module may link to any of them. */
  readonly topLevel: ReadonlyMap<string, Binding>;
  /** What runs when this module is the entry. */
  readonly entry: EntrySelection;

  /**
   * Identifier (value, call target, root of an assignment target), StructLiteral and VariantPattern (the name of the
   * type) → binding. Absent when undefined: see `faults`.
   */
  readonly uses: ReadonlyMap<Node, Binding>;
  /**
   * Declaring node → what it declares: Param, NamePattern, BindPattern, CatchClause, SelectCase, NamedField of an
   * eval pack, and every named declaration. The name `_` declares nothing.
   */
  readonly declares: ReadonlyMap<Node, Binding>;
  /** Where a run must raise an error: emit the error there, after whatever is evaluated before it. */
  readonly faults: ReadonlyMap<Node, Fault>;
  /** Every call-like node: `f(x)`, `obj.m(x)`, `x |> f`. */
  readonly calls: ReadonlyMap<CallNode, CallFacts>;
  /** Every function-like node, including spawn/parallel bodies, closures, methods, tools and pipelines. */
  readonly functions: ReadonlyMap<FunctionNode, FunctionFacts>;
  /** Nodes that may give up the turn themselves: emit `yield*` here. Only inside functions with `suspends`. */
  readonly suspensionPoints: ReadonlySet<Node>;
  /** Loops that can run long: count them down at the end of the body. */
  readonly tickLoops: ReadonlySet<LoopNode>;
  /** Pipelines with `extends`: the parent's body runs first in the same scope. */
  readonly parents: ReadonlyMap<PipelineDeclaration, ParentPipeline>;
  /** The type of every expression; present when the check was asked to keep them. */
  readonly types: ReadonlyMap<Node, Type> | undefined;
}

/** The parent of an `extends` pipeline; it may live in an imported module. */
export interface ParentPipeline {
  readonly moduleId: string;
  readonly node: PipelineDeclaration;
}

/** An import with the module that it names. */
export interface CheckedImport {
  readonly node: ImportDeclaration;
  /** The id of the target's source; absent when it could not be resolved. */
  readonly moduleId: string | undefined;
  /** Name here → binding there. A wildcard import lists everything it brings in. */
  readonly names: ReadonlyMap<string, Binding>;
  readonly isReExport: boolean;
}

export type BindingKind =
  | 'param'
  | 'local'
  | 'moduleVar'
  | 'fn'
  | 'tool'
  | 'skill'
  | 'evalPack'
  | 'pipeline'
  | 'struct'
  | 'enum'
  | 'interface'
  | 'typeAlias'
  /** A function of the builtin table used as a name. */
  | 'builtin'
  /** `harness` without a parameter of that name. */
  | 'harnessGlobal'
  /** A value that the host may provide: `argv`, `context`, … */
  | 'hostGlobal';

/** One declared name. Compare by identity; `id` is unique in the program and stable for one input. */
export interface Binding {
  readonly id: number;
  readonly name: string;
  readonly kind: BindingKind;
  /** The module that declares it; undefined for builtins and globals. */
  readonly moduleId: string | undefined;
  /** The declaring node; undefined for builtins and globals. */
  readonly node: Node | undefined;
  /** May be assigned to, by kind and edition. */
  readonly mutable: boolean;
  /** Some assignment to it exists, so a captured one needs a shared cell. */
  readonly reassigned: boolean;
  /** Used inside a function-like node other than the one that declares it. */
  readonly captured: boolean;
  /** What it was declared or inferred as; absent when nothing is known, or types were not checked. */
  readonly declaredType: Type | undefined;
  /** For kind `builtin`. */
  readonly builtin?: BuiltinSpec | undefined;
}

/**
 * A mistake that a run raises when it gets there, with all that its message needs. Undefined names are keyed by the
 * node that uses the name; the other two by the AssignStatement and the LetStatement, raised after the value is evaluated.
 */
export type Fault =
  | {
      readonly kind: 'undefinedVariable';
      readonly name: string;
      readonly suggestion: string | undefined;
    }
  | {
      readonly kind: 'undefinedFunction';
      readonly name: string;
      readonly suggestion: string | undefined;
    }
  | { readonly kind: 'immutableAssignment'; readonly name: string }
  | { readonly kind: 'redeclaration'; readonly name: string };

/** What a call is known to call. */
export type CallTarget =
  /** A user function, tool or nested fn; call it directly. */
  | { readonly kind: 'function'; readonly binding: Binding }
  /** Also `event_log.emit(...)`, whose receiver is no variable and has no entry in `uses`. */
  | { readonly kind: 'builtin'; readonly spec: BuiltinSpec }
  /** `harness.fs.read_text(...)`: the row is known and so is the receiver's path below the root. */
  | { readonly kind: 'capability'; readonly spec: BuiltinSpec; readonly path: string }
  | { readonly kind: 'struct'; readonly binding: Binding }
  | { readonly kind: 'enumVariant'; readonly binding: Binding; readonly variant: string }
  /** A method found by the run-time type of the receiver. */
  | { readonly kind: 'method'; readonly name: string }
  /** A closure held in a variable, field or parameter. */
  | { readonly kind: 'value' }
  /** Not defined anywhere, in a file with unresolved imports: raise at run time. */
  | { readonly kind: 'undefined'; readonly name: string; readonly suggestion: string | undefined };

/** One call. */
export interface CallFacts {
  readonly target: CallTarget;
  readonly suspends: boolean;
  /**
   * `'self'`: `return f(...)` inside f with nothing pending: a loop. `'cycle'`: the same inside a group of mutually
   * recursive functions: a trampoline. Absent: an ordinary call.
   */
  readonly tail?: 'self' | 'cycle' | undefined;
}

/** One function-like node. */
export interface FunctionFacts {
  /** Emit as a generator driven by the scheduler; otherwise as a plain function. */
  readonly suspends: boolean;
  /** `'generator'`: a fn with `yield`; `'stream'`: `gen fn`. Calling either returns at once. */
  readonly produces: 'value' | 'generator' | 'stream';
  /** Part of a call-graph cycle: needs the depth counter. */
  readonly recursive: boolean;
  /** Has at least one call with `tail: 'self'`. */
  readonly selfTailCalls: boolean;
  /** Has at least one call with `tail: 'cycle'`. */
  readonly cycleTailCalls: boolean;
  /** Bindings of enclosing functions that it uses, in order of first use. Module-level names are not captures. */
  readonly captures: readonly Binding[];
}

/** What `harn run` starts. */
export type EntrySelection =
  | {
      readonly kind: 'pipeline';
      readonly node: PipelineDeclaration;
      readonly binding: Binding;
      readonly parameters: readonly EntryParameter[];
    }
  | { readonly kind: 'main'; readonly node: FunctionDeclaration; readonly binding: Binding }
  /** The statements of the file, in order; declarations are hoisted. */
  | { readonly kind: 'script' };

/** How the host fills a parameter of the entry pipeline. */
export interface EntryParameter {
  readonly binding: Binding;
  readonly source:
    | { readonly kind: 'harness' }
    /** A sub-handle: `fs` for a parameter of type `HarnessFs`. */
    | { readonly kind: 'handle'; readonly path: string }
    | { readonly kind: 'named'; readonly name: 'task' | 'project' | 'context' }
    /** The n-th remaining host input, else nil. */
    | { readonly kind: 'input'; readonly index: number };
}
