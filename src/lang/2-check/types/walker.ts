// The walk over one module that gives every expression a type and reports what cannot be right. It knows where it is
// (function, scope of type names, flow) and hands each node to the part that understands it.
import { type HarnError, nearestName } from '../../../base/index.ts';
import type {
  Binary,
  Block,
  Call,
  Closure,
  Expression,
  FunctionDeclaration,
  ImplDeclaration,
  MethodCall,
  NamedField,
  NamedType,
  Node,
  OverrideDeclaration,
  PipelineDeclaration,
  Select,
  Statement,
  ToolDeclaration,
  TypeExpr,
} from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import type { BindingRecord, ModuleRecord } from '../records.ts';
import {
  inferIdentifier,
  inferIndex,
  inferMember,
  inferNonNull,
  inferPropagate,
  inferSlice,
} from './access.ts';
import { inferIf, inferTernary, inferTry } from './branches.ts';
import type { BuiltinTypes } from './builtins.ts';
import { inferCallNode, inferInterpolated, inferMethodCall, inferPipe } from './call-nodes.ts';
import { declareParams, inferClosure, inferParallel, inferTask } from './closures.ts';
import { Declared, type TypeNode } from './declared.ts';
import { typeErrors } from './errors.ts';
import { type Changes, Flow } from './flow.ts';
import { builtinTypeNames, readHead, readType } from './from-syntax.ts';
import { checkEnd, checkProduced, producedElement } from './functions.ts';
import { FALSE, inferDict, inferList, inferStruct, TRUE } from './literals.ts';
import { inferMatch } from './match.ts';
import type { ModuleTypes, ProgramTypes } from './module-types.ts';
import { inferBinary, inferUnary } from './operators.ts';
import { bindMatch, bindPattern } from './pattern-types.ts';
import { doubtAfterCall, doubtShared } from './shared.ts';
import {
  inLoop,
  walkAssign,
  walkFor,
  walkGuard,
  walkLet,
  walkRequire,
  walkReturn,
  walkStatements,
  walkThrow,
  walkWhile,
} from './statements.ts';
import {
  ANY,
  aliasOf,
  container,
  DICT,
  DURATION,
  FLOAT,
  type FunctionType,
  literal,
  NEVER,
  NIL,
  RANGE,
  type Type,
} from './type.ts';
import { TypeScope } from './type-scope.ts';
import { unionOf } from './union.ts';
import { checkVariance } from './variance.ts';
import type { Frame, Walk } from './walk.ts';
import { widen } from './widen.ts';

type Of<Union, K> = Extract<Union, { readonly kind: K }>;

/** What has parameters and a result. */
type Headed =
  | FunctionDeclaration
  | OverrideDeclaration
  | ToolDeclaration
  | PipelineDeclaration
  | Closure;

/** Declarations whose bodies run after the module's own statements. */
const HAS_BODY: ReadonlySet<string> = new Set([
  'FunctionDeclaration',
  'ToolDeclaration',
  'ImplDeclaration',
  'SkillDeclaration',
  'EvalPackDeclaration',
  'PipelineDeclaration',
]);

const NO_FRAME: Frame = { returns: undefined, returned: [], isClosure: false, throws: undefined };

interface WalkerOptions {
  /** Whether findings are reported. */
  readonly isJudged: boolean;
  /** Strict type mode. */
  readonly checksBoundaries: boolean;
  /** Where the type of every expression is kept. */
  readonly types: Map<Node, Type> | undefined;
}

export class Walker implements Walk {
  readonly record: ModuleRecord;
  readonly flow = new Flow();
  readonly rightChanges = new Map<Binary, Changes>();
  readonly builtins: BuiltinTypes;
  readonly isStrict: boolean;
  readonly checksBoundaries: boolean;
  readonly #module: ModuleTypes;
  readonly #program: ProgramTypes;
  /** How many `break`s have been walked: a loop without one that never ends is not passed. */
  breaks = 0;
  readonly #reported = new Set<string>();
  readonly #isJudged: boolean;
  readonly #types: Map<Node, Type> | undefined;
  #scope: TypeScope;
  #frame: Frame = NO_FRAME;

  constructor(
    program: ProgramTypes,
    module: ModuleTypes,
    builtins: BuiltinTypes,
    { isJudged, checksBoundaries, types }: WalkerOptions,
  ) {
    this.checksBoundaries = checksBoundaries;
    this.#isJudged = isJudged;
    this.#types = types;
    this.#program = program;
    this.#module = module;
    this.#scope = module.scope;
    this.record = module.record;
    this.builtins = builtins;
    const { edition, editionIsShown } = module.record.module;
    this.isStrict = edition === '2026' && editionIsShown;
  }

  get scope(): TypeScope {
    return this.#scope;
  }

  get frame(): Frame {
    return this.#frame;
  }

  /** Walks the module: its own statements first, then every body, which may rely on them. */
  run(): void {
    const { body } = this.record.module;
    const later: Statement[] = [];
    for (const [node, decl] of this.#module.own) checkVariance(this, node, decl);
    walkStatements(this, body, (node) => {
      if (!HAS_BODY.has(node.kind)) return this.#statement(node);
      later.push(node);
      return NIL;
    });
    for (const binding of this.record.topLevel.values())
      if (binding.kind === 'moduleVar' && binding.reassigned) binding.type = binding.declaredType;
    for (const node of later) this.#statement(node);
  }

  // ------------------------------------------------------------------- places

  inScope<R>(scope: TypeScope, run: () => R): R {
    const saved = this.#scope;
    this.#scope = scope;
    const result = run();
    this.#scope = saved;
    return result;
  }

  inFrame(frame: Frame, run: () => void): void {
    const saved = this.#frame;
    this.#frame = frame;
    run();
    this.#frame = saved;
  }

  block(node: Block): Type {
    return this.statements(node.statements);
  }

  statements(nodes: readonly Statement[]): Type {
    if (!nodes.some(declaresTypes)) return walkStatements(this, nodes, this.#visit);
    const scope = new TypeScope(this.#scope);
    const declared = this.#module.declare(nodes, scope, this.#unknownName);
    this.#module.declareImpls(nodes, scope);
    return this.inScope(scope, () => {
      for (const [node, decl] of declared) checkVariance(this, node, decl);
      return walkStatements(this, nodes, this.#visit);
    });
  }

  readonly #visit = (node: Statement): Type => this.#statement(node);

  // -------------------------------------------------------------------- types

  readType(node: TypeExpr | undefined): Type {
    return readType(node, this.#scope, this.#unknownName);
  }

  builtinType(spec: BuiltinSpec): Type {
    return this.builtins.of(spec);
  }

  declared(node: TypeNode): Declared | undefined {
    return this.#program.declared.get(node);
  }

  /** A name that is probably a misspelt type; others may be types that only a host knows. */
  readonly #unknownName = (node: NamedType): void => {
    if (!this.isStrict || !this.record.allImportsResolved) return;
    const known = [...this.#scope.visibleNames(), ...builtinTypeNames()];
    const suggestion = nearestName(node.name, known);
    if (suggestion === undefined) return;
    const span = { ...node.span, end: node.span.start + node.name.length };
    this.warn(typeErrors.unknownType({ name: node.name, suggestion }, { span }));
  };

  typeOf(binding: BindingRecord): Type {
    if (binding.type !== undefined) return binding.type;
    const type = this.#describe(binding);
    if (type !== undefined) binding.type = type;
    return type ?? ANY;
  }

  #describe(binding: BindingRecord): Type | undefined {
    const { node, kind } = binding;
    switch (kind) {
      case 'fn':
      case 'pipeline':
        return this.#functionType(binding);
      case 'struct':
      case 'enum':
      case 'typeAlias': {
        const decl = node === undefined ? undefined : this.#program.declared.get(node);
        if (decl === undefined) return ANY;
        if (kind !== 'typeAlias') return { kind: 'namespace', decl };
        return container('Schema', [aliasOf(decl, [])]);
      }
      case 'builtin':
        return binding.builtin === undefined ? ANY : this.builtins.of(binding.builtin);
      case 'harnessGlobal':
        return { kind: 'handle', path: '' };
      case 'skill':
      case 'evalPack':
        return DICT;
      default:
        return undefined;
    }
  }

  /** The head of a function, read where it stands. */
  #functionType({ node, moduleId, owner }: BindingRecord): Type {
    if (node?.kind !== 'FunctionDeclaration' && node?.kind !== 'PipelineDeclaration') return ANY;
    const home = this.#program.modules.get(moduleId ?? '');
    const scope = owner === undefined ? home?.scope : this.#scope;
    // Whoever reads a head first reports what is wrong in it; a generic one is read again with its body.
    const isFirst = home === this.#module && !isGeneric(node);
    const unknownName = isFirst ? this.#unknownName : undefined;
    return scope === undefined ? ANY : readHead(node, scope, { unknownName }).type;
  }

  functionHead(node: Headed): { readonly type: FunctionType; readonly scope: TypeScope } {
    return readHead(node, this.#scope, { unknownName: this.#unknownName });
  }

  // ---------------------------------------------------------------- reporting

  error(error: HarnError): void {
    if (this.#isNew(error)) this.record.report(error);
  }

  latent(error: HarnError): void {
    if (this.#isNew(error)) this.record.reportLatent(error);
  }

  warn(error: HarnError): void {
    if (this.#isNew(error)) this.record.report(error, 'warning');
  }

  /** An expression may be looked at twice, where a condition is read as a schema; it is reported once. */
  #isNew({ code, span }: HarnError): boolean {
    const key = `${code}:${span?.start}:${span?.end}`;
    if (!this.#isJudged || this.#reported.has(key)) return false;
    this.#reported.add(key);
    return true;
  }

  // --------------------------------------------------------------- statements

  #statement(node: Statement): Type {
    return (this.#onStatement[node.kind] as (node: Statement) => Type | undefined)(node) ?? NIL;
  }

  readonly #onStatement: {
    readonly [K in Statement['kind']]: (node: Of<Statement, K>) => Type | undefined;
  } = {
    ExpressionStatement: (node) => this.infer(node.expression),
    LetStatement: (node) => nothing(walkLet(this, node)),
    AssignStatement: (node) => nothing(walkAssign(this, node)),
    ReturnStatement: (node) => leaves(walkReturn(this, node)),
    ThrowStatement: (node) => leaves(walkThrow(this, node)),
    BreakStatement: () => {
      this.breaks += 1;
      return NEVER;
    },
    ContinueStatement: () => NEVER,
    GuardStatement: (node) => nothing(walkGuard(this, node)),
    RequireStatement: (node) => nothing(walkRequire(this, node)),
    DeferStatement: (node) => nothing(this.#aside(node.body)),
    ForStatement: (node) => nothing(walkFor(this, node)),
    WhileStatement: (node) => walkWhile(this, node),
    FunctionDeclaration: (node) => nothing(this.#function(node)),
    OverrideDeclaration: (node) => nothing(this.#function(node)),
    ToolDeclaration: (node) => nothing(this.#function(node)),
    PipelineDeclaration: (node) => nothing(this.#function(node)),
    ImplDeclaration: (node) => nothing(this.#impl(node)),
    SkillDeclaration: (node) => {
      for (const field of node.fields) this.infer(field.value);
      return NIL;
    },
    EvalPackDeclaration: (node) => {
      for (const field of node.fields) this.#bindField(field, this.infer(field.value));
      this.statements(node.statements);
      if (node.summarize !== undefined) this.block(node.summarize);
      return NIL;
    },
    EnumDeclaration: (node) => {
      for (const variant of node.variants)
        for (const field of variant.fields)
          if (field.default !== undefined) this.infer(field.default);
      return NIL;
    },
    ImportDeclaration: () => NIL,
    StructDeclaration: () => NIL,
    InterfaceDeclaration: () => NIL,
    TypeDeclaration: () => NIL,
    ErrorStatement: () => NIL,
  };

  #bindField(node: NamedField, type: Type): void {
    const binding = this.record.declares.get(node);
    if (binding !== undefined) binding.type = widen(type);
  }

  /** A body that runs at another time: what it learns or assigns does not hold here. */
  #aside(body: Block): Type {
    const mark = this.flow.mark();
    const type = this.block(body);
    this.flow.undo(mark);
    return type;
  }

  /** A named function, tool or pipeline, walked in a frame of its own. */
  #function(node: Exclude<Headed, Closure>, self?: Type): void {
    const { type, scope } = this.#headOf(node);
    const params = self === undefined ? type.params : withSelf(node, self, type);
    const produces = this.record.functions.get(node)?.produces ?? 'value';
    const isDeclared = 'returns' in node && node.returns !== undefined && produces === 'value';
    const frame: Frame = {
      returns: isDeclared ? type.returns : undefined,
      returned: [],
      isClosure: node.kind === 'ToolDeclaration',
      throws: type.throws,
      element: produces === 'value' ? undefined : producedElement(node, type.returns),
    };
    const mark = this.flow.mark();
    this.#forgetReassigned();
    this.inScope(scope, () =>
      this.inFrame(frame, () => {
        declareParams(this, node.params, params, type.rest);
        const value = this.statements(node.body.statements);
        if (value.kind !== 'never' && node.kind === 'FunctionDeclaration')
          checkEnd(this, node, frame.returns);
      }),
    );
    this.flow.undo(mark);
  }

  /** The head of a function, as callers before it may have read it already. */
  #headOf(node: Exclude<Headed, Closure>): { type: FunctionType; scope: TypeScope } {
    const binding = isGeneric(node) ? undefined : this.record.declares.get(node);
    const known = binding?.type;
    if (known?.kind === 'function') return { type: known, scope: this.#scope };
    const head = this.functionHead(node);
    if (binding?.kind === 'fn' || binding?.kind === 'pipeline') binding.type = head.type;
    return head;
  }

  /** A body runs later than it is declared: variables that are assigned again hold anything by then. */
  #forgetReassigned(): void {
    const reassigned = [...this.flow.learned()].filter((binding) => binding.reassigned);
    for (const binding of reassigned) this.flow.set(binding, binding.declaredType);
  }

  #impl(node: ImplDeclaration): void {
    const decl = this.#scope.lookup(node.name);
    const scope = this.#module.implScopes.get(node) ?? this.#scope;
    const self: Type =
      decl instanceof Declared ? { kind: 'nominal', decl, args: decl.variables } : ANY;
    this.inScope(scope, () => {
      for (const method of node.methods) this.#function(method, self);
    });
  }

  // -------------------------------------------------------------- expressions

  infer(node: Expression, expected: Type = ANY): Type {
    const visit = this.#onExpression[node.kind] as (node: Expression, expected: Type) => Type;
    const type = visit(node, expected);
    this.#types?.set(node, type);
    return type;
  }

  note(node: Expression, type: Type): void {
    this.#types?.set(node, type);
  }

  readonly #onExpression: {
    readonly [K in Expression['kind']]: (node: Of<Expression, K>, expected: Type) => Type;
  } = {
    NilLiteral: () => NIL,
    BoolLiteral: (node) => (node.value ? TRUE : FALSE),
    IntLiteral: (node) => literal(node.value, true),
    FloatLiteral: () => FLOAT,
    DurationLiteral: () => DURATION,
    StringLiteral: (node) => literal(node.value, true),
    InterpolatedString: (node) => inferInterpolated(this, node.parts),
    ListLiteral: (node, expected) => inferList(this, node, expected),
    DictLiteral: (node, expected) => inferDict(this, node, expected),
    StructLiteral: (node) => inferStruct(this, node),
    Identifier: (node) => inferIdentifier(this, node),
    Placeholder: () => ANY,
    Closure: (node, expected) => inferClosure(this, node, expected),
    Call: (node) => this.#afterCall(node, inferCallNode(this, node)),
    MethodCall: (node) => this.#afterCall(node, inferMethodCall(this, node)),
    Member: (node) => inferMember(this, node),
    Index: (node) => inferIndex(this, node),
    Slice: (node) => inferSlice(this, node),
    Unary: (node) => inferUnary(this, node),
    Binary: (node) => inferBinary(this, node),
    Pipe: (node) => {
      const type = inferPipe(this, node);
      doubtShared(this);
      return type;
    },
    Range: (node) => {
      this.infer(node.start);
      this.infer(node.end);
      return RANGE;
    },
    Ternary: (node, expected) => inferTernary(this, node, expected),
    Propagate: (node) => inferPropagate(this, node),
    NonNull: (node) => inferNonNull(this, node.operand),
    TryStar: (node) => this.infer(node.operand),
    If: (node) => inferIf(this, node),
    Match: (node) => inferMatch(this, node),
    Try: (node) => inferTry(this, node),
    Retry: (node) => {
      this.infer(node.count);
      return leavesOrAny(inLoop(this, node, node.body, () => undefined));
    },
    Deadline: (node) => {
      this.infer(node.duration);
      return this.block(node.body);
    },
    Mutex: (node) => {
      if (node.key !== undefined) this.infer(node.key);
      return this.block(node.body);
    },
    Spawn: (node) => container('task_handle', [inferTask(this, node, () => undefined)]),
    Parallel: (node) => inferParallel(this, node),
    Select: (node) => this.#select(node),
    Yield: (node) => {
      const { element } = this.frame;
      const type = node.value === undefined ? NIL : this.infer(node.value, element);
      doubtShared(this);
      checkProduced(this, 'yields', type, node.value ?? node);
      return ANY;
    },
    Emit: (node) => {
      checkProduced(this, 'emits', this.infer(node.value, this.frame.element), node.value);
      return NIL;
    },
    BlockExpression: (node) => this.block(node.body),
    ErrorExpression: () => ANY,
  };

  #afterCall(node: Call | MethodCall, type: Type): Type {
    doubtAfterCall(this, node);
    return type;
  }

  #select(node: Select): Type {
    for (const each of node.cases) this.infer(each.channel);
    doubtShared(this);
    if (node.timeout !== undefined) this.infer(node.timeout.duration);
    const values = node.cases.map((each) => this.#aside(each.body));
    if (node.timeout !== undefined) values.push(this.#aside(node.timeout.body));
    if (node.otherwise !== undefined) values.push(this.#aside(node.otherwise));
    return leavesOrAny(unionOf(values));
  }

  // ----------------------------------------------------------------- patterns

  readonly bindPattern: Walk['bindPattern'] = (pattern, type) => bindPattern(this, pattern, type);
  readonly bindMatch: Walk['bindMatch'] = (pattern, type) => bindMatch(this, pattern, type);
}

function isGeneric(node: Headed): boolean {
  return 'typeParams' in node && node.typeParams.length > 0;
}

function declaresTypes({ kind }: Statement): boolean {
  switch (kind) {
    case 'StructDeclaration':
    case 'EnumDeclaration':
    case 'InterfaceDeclaration':
    case 'TypeDeclaration':
    case 'ImplDeclaration':
      return true;
    default:
      return false;
  }
}

/** A statement without a value of its own. */
function nothing(_: unknown): Type {
  return NIL;
}

function leavesOrAny(type: Type): Type {
  return type.kind === 'never' ? NEVER : ANY;
}

function leaves(_: unknown): Type {
  return NEVER;
}

/** An untyped `self` is an instance of the type whose method it is in. */
function withSelf(
  { params }: Exclude<Headed, Closure>,
  self: Type,
  type: FunctionType,
): FunctionType['params'] {
  const [first, ...others] = type.params;
  const isOpen = params[0]?.name === 'self' && params[0].type === undefined;
  return first === undefined || !isOpen ? type.params : [{ ...first, type: self }, ...others];
}
