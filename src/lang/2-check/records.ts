// The mutable side of checking: what the phases fill in before a program is handed out as the readonly
// CheckedProgram. Nothing outside 2-check sees these.
import type { Diagnostic, HarnError, Severity, Source } from '../../base/index.ts';
import type {
  Edition,
  Expression,
  ForStatement,
  ImportDeclaration,
  Module,
  Node,
  PipelineDeclaration,
  Retry,
  TypeExpr,
  WhileStatement,
} from '../ast.ts';
import type { BuiltinSpec } from '../builtin-spec.ts';
import type {
  Binding,
  BindingKind,
  CallNode,
  CallTarget,
  CheckedImport,
  Fault,
  FunctionNode,
  ParentPipeline,
} from './checked-module.ts';
import type { Type } from './types/type.ts';

/** Something that a variable was seen to receive: a value, or its own value plus another. */
export interface Received {
  readonly value: Expression;
  readonly added: boolean;
}

/** A Binding while facts about it are still being collected. */
export class BindingRecord implements Binding {
  readonly id: number;
  readonly name: string;
  readonly kind: BindingKind;
  readonly moduleId: string | undefined;
  readonly node: Node | undefined;
  readonly mutable: boolean;
  readonly builtin: BuiltinSpec | undefined;
  /** The function whose activation holds it; undefined for builtins, globals and module-level names. */
  readonly owner: FunctionRecord | undefined;
  reassigned = false;
  captured = false;
  /** May hold values that are not in `received`: parameters, loop variables, parts of patterns. */
  opaque = false;
  readonly received: Received[] = [];
  /** What it is known to be where the type walk is, and what is known below it. */
  type: Type | undefined;
  paths: ReadonlyMap<string, Type> | undefined;
  /** What it may hold at any time: the written type, or the inferred one of what is never assigned again. */
  declaredType: Type | undefined;
  /** Its type was written. */
  hasAnnotation = false;
  /** The declared type of a parameter: checked on every call, so it can be relied on. */
  checkedType: TypeExpr | undefined;

  constructor(fields: {
    readonly id: number;
    readonly name: string;
    readonly kind: BindingKind;
    readonly moduleId?: string | undefined;
    readonly node?: Node | undefined;
    readonly mutable?: boolean;
    readonly builtin?: BuiltinSpec | undefined;
    readonly owner?: FunctionRecord | undefined;
  }) {
    this.id = fields.id;
    this.name = fields.name;
    this.kind = fields.kind;
    this.moduleId = fields.moduleId;
    this.node = fields.node;
    this.mutable = fields.mutable ?? false;
    this.builtin = fields.builtin;
    this.owner = fields.owner;
  }
}

/** A node of the graph along which colours spread: a function, or all methods of one name. */
export interface ColourNode {
  suspends: boolean;
  /** The recursive group, and whether it has more than one way around. */
  group: number;
  recursive: boolean;
  readonly produces: 'value' | 'generator' | 'stream';
}

/**
 * The methods of one name in all `impl` blocks. A call on a receiver of unknown type may reach any of them; with this
 * node in between, calls and methods make a number of edges that is their sum, not their product.
 */
export class MethodGroup implements ColourNode {
  readonly members: FunctionRecord[] = [];
  readonly produces = 'value';
  suspends = false;
  group = -1;
  recursive = false;
}

/** One function-like node while it is being analysed. */
export class FunctionRecord implements ColourNode {
  readonly node: FunctionNode;
  readonly module: ModuleRecord;
  readonly parent: FunctionRecord | undefined;
  /** For a pipeline with `extends`: the parent pipeline, whose locals are its own. */
  inherits: FunctionRecord | undefined;
  produces: 'value' | 'generator' | 'stream' = 'value';
  hasDefer = false;
  /** In an `impl` block, so that an untyped `self` is an instance. */
  isMethod = false;
  readonly calls: CallNode[] = [];
  readonly returnedCalls: CallNode[] = [];
  readonly loops: (ForStatement | WhileStatement | Retry)[] = [];
  /** Constructs that wait by their nature: spawn, parallel, select, deadline, mutex. */
  readonly waits: Node[] = [];
  readonly children: FunctionRecord[] = [];
  readonly references = new Set<BindingRecord>();
  readonly captures = new Set<BindingRecord>();
  readonly returned: Expression[] = [];

  // Filled by the colour phase.
  suspends = false;
  group = -1;
  recursive = false;
  selfTailCalls = false;
  cycleTailCalls = false;

  constructor(node: FunctionNode, module: ModuleRecord, parent: FunctionRecord | undefined) {
    this.node = node;
    this.module = module;
    this.parent = parent;
    parent?.children.push(this);
  }

  /** Whether this pipeline extends `other`, directly or not. */
  inheritsFrom(other: FunctionRecord): boolean {
    for (let at = this.inherits; at !== undefined; at = at.inherits) if (at === other) return true;
    return false;
  }
}

/** A call with its target; the colour phase adds whether it suspends. */
export interface CallRecord {
  readonly target: CallTarget;
  suspends: boolean;
  tail?: 'self' | 'cycle' | undefined;
}

/** One module while it is being checked. */
export class ModuleRecord {
  readonly source: Source;
  readonly module: Module;
  readonly edition: Edition;
  /** False when its text could not be read without mistakes: then more may be declared in it than is known. */
  isWhole = true;
  /** Import → the module it names, or undefined when there is none. */
  readonly targets = new Map<ImportDeclaration, ModuleRecord | undefined>();
  readonly imports: CheckedImport[] = [];
  readonly imported = new Map<string, BindingRecord>();
  readonly topLevel = new Map<string, BindingRecord>();
  exports: Map<string, BindingRecord> | undefined;

  readonly uses = new Map<Node, BindingRecord>();
  readonly declares = new Map<Node, BindingRecord>();
  readonly faults = new Map<Node, Fault>();
  readonly calls = new Map<CallNode, CallRecord>();
  readonly functions = new Map<FunctionNode, FunctionRecord>();
  readonly suspensionPoints = new Set<Node>();
  readonly tickLoops = new Set<ForStatement | WhileStatement | Retry>();
  readonly parents = new Map<PipelineDeclaration, ParentPipeline>();

  readonly #assignments: { readonly at: number; readonly binding: BindingRecord }[] = [];
  #isSorted = true;
  /** The variables that some function or task assigns which is not the one that holds them. */
  readonly sharedVariables = new Set<BindingRecord>();

  /** The type of every expression, when it was asked for. */
  types: ReadonlyMap<Node, Type> | undefined;

  readonly findings: Diagnostic[] = [];
  readonly latentFindings: Diagnostic[] = [];

  constructor(source: Source, module: Module, edition: Edition) {
    this.source = source;
    this.module = module;
    this.edition = edition;
  }

  get allImportsResolved(): boolean {
    for (const target of this.targets.values()) if (target?.isWhole !== true) return false;
    return true;
  }

  /** Notes that a variable is assigned at a place. */
  assigned(at: number, binding: BindingRecord): void {
    this.#assignments.push({ at, binding });
    this.#isSorted = false;
  }

  /** The variables that some stretch of the text assigns. */
  assignedWithin(start: number, end: number): readonly BindingRecord[] {
    const all = this.#assignments;
    if (!this.#isSorted) all.sort((a, b) => a.at - b.at);
    this.#isSorted = true;
    let low = 0;
    let high = all.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((all[middle]?.at ?? end) < start) low = middle + 1;
      else high = middle;
    }
    const found: BindingRecord[] = [];
    for (let i = low; i < all.length; i += 1) {
      const { at, binding } = all[i] as { at: number; binding: BindingRecord };
      if (at >= end) break;
      found.push(binding);
    }
    return found;
  }

  /** Reports what prevents a run. */
  report(error: HarnError, severity: Severity = 'error'): void {
    this.findings.push(toDiagnostic(error, severity));
  }

  /** Reports what a run raises only when it gets there. */
  reportLatent(error: HarnError): void {
    this.latentFindings.push(toDiagnostic(error, 'error'));
  }
}

function toDiagnostic(error: HarnError, severity: Severity): Diagnostic {
  const { code, message, span, hint, notes, data } = error;
  if (span === undefined) throw error;
  return { severity, code, message, span, hint, notes, data };
}
