// Names inside one module: walks every body once, in textual order, and fills the side tables of its ModuleRecord.
// What a call means is decided in call-target.ts; colours come later, when all modules are known.
import type {
  AssignStatement,
  BindingPattern,
  Block,
  BreakStatement,
  CatchClause,
  ContinueStatement,
  Deadline,
  DeferStatement,
  DictLiteral,
  Emit,
  EvalPackDeclaration,
  Expression,
  ForStatement,
  FunctionDeclaration,
  GuardStatement,
  If,
  ImplDeclaration,
  LetStatement,
  Match,
  Member,
  Mutex,
  NamePattern,
  OverrideDeclaration,
  Parallel,
  Param,
  Pipe,
  PipelineDeclaration,
  Retry,
  Select,
  Spawn,
  Statement,
  StructLiteral,
  ToolDeclaration,
  Try,
  TryStar,
  WhileStatement,
  Yield,
} from '../ast.ts';
import { argumentValue, callTarget, checkCapabilityMember } from './call-target.ts';
import type { BindingKind, CallNode, FunctionNode } from './checked-module.ts';
import { flowErrors, nameErrors, ownErrors, recoveryErrors } from './errors.ts';
import { declaredKind, isMutable, wordFor } from './link.ts';
import { checkMembers } from './members-of-types.ts';
import { NameTable } from './name-table.ts';
import { operandsOf, type PlainExpression } from './operands.ts';
import { type MatchPatternVisitor, partsOf, visitMatchPattern } from './patterns.ts';
import { ancestorsFirst, type PipelineScopes, resolvedParent } from './pipeline-parent.ts';
import { type ProgramState, rootOf } from './program-state.ts';
import type { BindingRecord, FunctionRecord, ModuleRecord } from './records.ts';
import { Scope } from './scope.ts';

export class Resolver {
  readonly #state: ProgramState;
  readonly #record: ModuleRecord;
  readonly #pipelines: PipelineScopes;
  readonly #names: NameTable;
  readonly #deferred: (() => void)[] = [];
  readonly #matchVisitor: MatchPatternVisitor;
  #loopDepth = 0;
  /** Open try, deadline, mutex and retry blocks: a call below them is not in tail position. */
  #pending = 0;

  constructor(state: ProgramState, record: ModuleRecord, pipelines: PipelineScopes) {
    this.#state = state;
    this.#record = record;
    this.#pipelines = pipelines;
    this.#names = new NameTable(state, record);
    this.#matchVisitor = {
      bind: (node, name) => this.#names.declareOpaque(node, name, 'local', false),
      value: (node) => this.#expression(node),
      enumName: (node, name) => this.#names.use(node, name),
    };
  }

  /** Walks the module: its statements first, then every body, pipelines in order of inheritance. */
  run(): void {
    for (const statement of this.#record.module.body) this.#topLevelStatement(statement);
    for (const job of this.#deferred) job();
    this.#names.reportUndefinedCalls();
  }

  #topLevelStatement(node: Statement): void {
    switch (node.kind) {
      case 'LetStatement':
        this.#let(node);
        return;
      case 'FunctionDeclaration':
      case 'ToolDeclaration':
      case 'ImplDeclaration':
      case 'SkillDeclaration':
      case 'EvalPackDeclaration':
        this.#deferred.push(() => this.#statement(node));
        return;
      case 'PipelineDeclaration':
        this.#deferred.push(() => this.#pipeline(node));
        return;
      default:
        this.#statement(node);
    }
  }

  // ------------------------------------------------------------ declarations

  /** Runs `body` as the inside of a function: own scope, own loops. */
  #inFunction(record: FunctionRecord, scope: Scope, body: () => void): void {
    const saved = [this.#loopDepth, this.#pending] as const;
    this.#loopDepth = 0;
    this.#pending = 0;
    this.#names.inFunction(record, scope, body);
    [this.#loopDepth, this.#pending] = saved;
  }

  #functionBody(node: FunctionNode, params: readonly Param[], body: Block): FunctionRecord {
    const record = this.#names.newFunction(node, this.#names.function);
    this.#inFunction(record, new Scope(record, this.#names.scope), () => {
      for (const param of params) this.#param(param);
      this.#statements(body.statements);
    });
    return record;
  }

  #param(node: Param): void {
    if (node.default !== undefined) this.#expression(node.default);
    if (node.name === '_') return;
    if (this.#names.scope.own(node.name)?.kind === 'param') {
      this.#record.report(
        nameErrors.duplicateParameter({ name: node.name }, { span: node.nameSpan }),
      );
    }
    const binding = this.#names.declare(node, node.name, 'param', false);
    binding.opaque = true;
    if (!node.rest) binding.checkedType = node.type;
  }

  #namedFunction(
    node: FunctionDeclaration | OverrideDeclaration | ToolDeclaration,
  ): FunctionRecord {
    const record = this.#functionBody(node, node.params, node.body);
    if (node.kind === 'FunctionDeclaration' && node.generator) record.produces = 'stream';
    const binding = this.#record.declares.get(node);
    if (binding !== undefined && node.kind !== 'ToolDeclaration')
      this.#state.functionOf.set(binding, record);
    return record;
  }

  #impl(node: ImplDeclaration): void {
    checkMembers(this.#record, node);
    for (const method of node.methods) {
      const record = this.#namedFunction(method);
      record.isMethod = true;
      this.#state.addMethod(method, record);
    }
  }

  #pipeline(node: PipelineDeclaration): void {
    for (const each of ancestorsFirst(node, this.#record, this.#pipelines))
      this.#pipelineBody(each);
  }

  #pipelineBody(node: PipelineDeclaration): void {
    const inherited = resolvedParent(node, this.#record, this.#pipelines);
    const record = this.#names.newFunction(node, this.#names.root);
    record.inherits = inherited?.record;
    const scope = new Scope(record, this.#names.scope, inherited?.scope);
    const binding = this.#record.declares.get(node) as BindingRecord | undefined;
    if (binding !== undefined) this.#state.functionOf.set(binding, record);
    this.#pipelines.set(node, { scope, record });
    this.#inFunction(record, scope, () => {
      for (const param of node.params) this.#param(param);
      this.#statements(node.body.statements);
    });
  }

  #evalPack(node: EvalPackDeclaration): void {
    const record = this.#names.newFunction(node, this.#names.function);
    // Where it stands it is executed.
    this.#names.function.waits.push(node);
    this.#inFunction(record, new Scope(record, this.#names.scope), () => {
      for (const field of node.fields) {
        this.#expression(field.value);
        // The statements see the fields as variables.
        this.#names.declareOpaque(field, field.name, 'local', false);
      }
      this.#statements(node.statements);
      if (node.summarize !== undefined) this.#block(node.summarize);
    });
  }

  // -------------------------------------------------------------- statements

  #block(node: Block): void {
    this.#names.inNewScope(() => this.#statements(node.statements));
  }

  #statements(statements: readonly Statement[]): void {
    for (const statement of statements) this.#hoist(statement);
    for (const statement of statements) this.#statement(statement);
  }

  #hoist(node: Statement): void {
    const kind = declaredKind(node);
    if (kind === undefined || !('name' in node)) return;
    if (this.#names.scope.own(node.name)?.kind === kind) {
      const problem = { name: node.name, what: wordFor(kind), word: undefined };
      this.#record.report(nameErrors.redeclaration(problem, { span: node.nameSpan }));
    }
    this.#names.declare(node, node.name, kind, false);
  }

  #statement(node: Statement): void {
    (this.#onStatement[node.kind] as (node: Statement) => void)(node);
  }

  readonly #onStatement: { readonly [K in Statement['kind']]: (node: Of<Statement, K>) => void } = {
    LetStatement: (node) => this.#let(node),
    AssignStatement: (node) => this.#assign(node),
    ReturnStatement: (node) => this.#return(node.value),
    ThrowStatement: (node) => this.#expression(node.value),
    BreakStatement: (node) => this.#jump('break', node),
    ContinueStatement: (node) => this.#jump('continue', node),
    GuardStatement: (node) => this.#guard(node),
    RequireStatement: (node) => this.#all([node.condition, node.message]),
    DeferStatement: (node) => this.#defer(node),
    ForStatement: (node) => this.#for(node),
    WhileStatement: (node) => this.#while(node),
    ExpressionStatement: (node) => this.#expression(node.expression),
    FunctionDeclaration: (node) => this.#namedFunction(node),
    OverrideDeclaration: (node) => this.#namedFunction(node),
    ToolDeclaration: (node) => this.#namedFunction(node),
    ImplDeclaration: (node) => this.#impl(node),
    PipelineDeclaration: (node) => this.#pipeline(node),
    SkillDeclaration: (node) => this.#all(node.fields.map((field) => field.value)),
    EvalPackDeclaration: (node) => this.#evalPack(node),
    EnumDeclaration: (node) => {
      checkMembers(this.#record, node);
      this.#all(node.variants.flatMap((v) => v.fields.map((field) => field.default)));
    },
    ImportDeclaration: () => undefined,
    StructDeclaration: (node) => checkMembers(this.#record, node),
    InterfaceDeclaration: (node) => checkMembers(this.#record, node),
    TypeDeclaration: () => undefined,
    ErrorStatement: () => undefined,
  };

  #guard(node: GuardStatement): void {
    this.#expression(node.condition);
    this.#block(node.otherwise);
  }

  #defer(node: DeferStatement): void {
    this.#names.function.hasDefer = true;
    this.#block(node.body);
  }

  #while(node: WhileStatement): void {
    this.#expression(node.condition);
    this.#names.function.loops.push(node);
    this.#loopBody(() => this.#block(node.body));
  }

  #let(node: LetStatement): void {
    this.#expression(node.value);
    if (node.type?.kind === 'OwnedType') this.#names.function.hasDefer = true;
    for (const name of this.#namesAfterDefaults(node.pattern)) {
      if (name.name === '_') continue;
      const binding = this.#declareVariable(node, name);
      if (node.pattern.kind === 'NamePattern')
        binding.received.push({ value: node.value, added: false });
      else binding.opaque = true;
    }
  }

  /** The names of a pattern; a default is looked at when what stands before it is declared. */
  *#namesAfterDefaults(pattern: BindingPattern): Iterable<NamePattern> {
    for (const part of partsOf(pattern)) {
      if ('default' in part) this.#expression(part.default);
      else yield part;
    }
  }

  #declareVariable(node: LetStatement, name: NamePattern): BindingRecord {
    const earlier = this.#names.scope.own(name.name);
    const isVariable = earlier?.kind === 'param' || isVariableKind(earlier?.kind);
    if (earlier !== undefined && isVariable && !earlier.mutable) {
      this.#record.faults.set(node, { kind: 'redeclaration', name: name.name });
      const word = this.#record.edition === '0.7' ? 'var' : 'let';
      const problem = { name: name.name, what: 'variable', word };
      this.#record.reportLatent(nameErrors.redeclaration(problem, { span: name.span }));
    }
    // Variables of the module itself were declared before the walk.
    const topLevel = this.#record.declares.get(name) as BindingRecord | undefined;
    if (topLevel === undefined)
      return this.#names.declare(name, name.name, 'local', isMutable(node, this.#record.edition));
    this.#names.reach(topLevel);
    return topLevel;
  }

  #assign(node: AssignStatement): void {
    this.#expression(node.value);
    const root = rootOf(node.target);
    this.#expression(node.target);
    if (node.target.kind === 'Member')
      this.#state.addFieldValue(node.target.name, node.value, this.#record);
    if (root.kind !== 'Identifier') return;
    const binding = this.#record.uses.get(root) as BindingRecord | undefined;
    if (binding === undefined) return;
    binding.reassigned = true;
    this.#record.assigned(node.span.start, binding);
    if (this.#names.isOutside(binding)) this.#record.sharedVariables.add(binding);
    if (!binding.mutable || binding.moduleId !== this.#record.source.id)
      this.#immutable(node, binding);
    else if (root === node.target) {
      const added = node.operator === '+=';
      if (added || node.operator === '=') binding.received.push({ value: node.value, added });
    }
  }

  #immutable(node: AssignStatement, binding: BindingRecord): void {
    const { name } = binding;
    this.#record.faults.set(node, { kind: 'immutableAssignment', name });
    const isVariable = binding.kind !== 'param' && isVariableKind(binding.kind);
    const word = this.#record.edition === '0.7' ? 'var' : 'let';
    const keyword = isVariable ? word : undefined;
    this.#record.reportLatent(
      ownErrors.immutableAssignment({ name, keyword }, { span: node.target.span }),
    );
  }

  #return(value: Expression | undefined): void {
    if (value === undefined) return;
    this.#expression(value);
    this.#names.function.returned.push(value);
    if (this.#pending === 0 && (value.kind === 'Call' || value.kind === 'Pipe'))
      this.#names.function.returnedCalls.push(value);
  }

  #jump(word: string, node: BreakStatement | ContinueStatement): void {
    if (this.#loopDepth > 0) return;
    this.#record.report(flowErrors.outsideLoop({ word }, { span: node.span }));
  }

  #for(node: ForStatement): void {
    this.#expression(node.iterable);
    this.#names.function.loops.push(node);
    this.#names.inNewScope(() => {
      for (const name of this.#namesAfterDefaults(node.pattern))
        this.#names.declareOpaque(name, name.name, 'local', true);
      this.#loopBody(() => this.#block(node.body));
    });
  }

  #loopBody(walk: () => void): void {
    this.#loopDepth += 1;
    walk();
    this.#loopDepth -= 1;
  }

  // ------------------------------------------------------------- expressions

  #all(nodes: readonly (Expression | undefined)[]): void {
    for (const node of nodes) if (node !== undefined) this.#expression(node);
  }

  #expression(node: Expression): void {
    const visitors: { readonly [kind: string]: unknown } = this.#onExpression;
    const visit = visitors[node.kind] as ((node: Expression) => void) | undefined;
    if (visit === undefined) this.#all(operandsOf(node as PlainExpression));
    else visit(node);
  }

  readonly #onExpression: {
    readonly [K in Exclude<Expression['kind'], PlainExpression['kind']>]: (
      node: Of<Expression, K>,
    ) => void;
  } = {
    DictLiteral: (node) => this.#entries(node.entries),
    StructLiteral: (node) => this.#struct(node),
    Identifier: (node) => this.#names.use(node, node.name),
    Closure: (node) => this.#functionBody(node, node.params, node.body),
    Call: (node) => this.#call(node),
    MethodCall: (node) => this.#call(node),
    Pipe: (node) => this.#pipe(node),
    Member: (node) => this.#member(node),
    BlockExpression: (node) => this.#block(node.body),
    If: (node) => this.#if(node),
    Match: (node) => this.#match(node),
    Try: (node) => this.#try(node),
    TryStar: (node) => this.#tryStar(node),
    Retry: (node) => this.#retry(node),
    Deadline: (node) => this.#waiting(node, node.duration, node.body),
    Mutex: (node) => this.#waiting(node, node.key, node.body),
    Spawn: (node) => this.#spawn(node),
    Parallel: (node) => this.#parallel(node),
    Select: (node) => this.#select(node),
    Yield: (node) => this.#yield(node),
    Emit: (node) => this.#emit(node),
  };

  #member(node: Member): void {
    this.#expression(node.object);
    checkCapabilityMember(this.#state, this.#record, node);
  }

  #struct(node: StructLiteral): void {
    this.#names.use(node, node.name);
    this.#entries(node.entries);
  }

  #tryStar(node: TryStar): void {
    if (this.#names.function === this.#names.root)
      this.#record.report(recoveryErrors.tryStarOutsideFunction({}, { span: node.span }));
    this.#expression(node.operand);
  }

  #retry(node: Retry): void {
    this.#expression(node.count);
    this.#names.function.loops.push(node);
    this.#guarded(() => this.#block(node.body));
  }

  #waiting(node: Deadline | Mutex, option: Expression | undefined, body: Block): void {
    this.#all([option]);
    this.#names.function.waits.push(node);
    this.#guarded(() => this.#block(body));
  }

  #spawn(node: Spawn): void {
    this.#names.function.waits.push(node);
    this.#functionBody(node, [], node.body);
  }

  #entries(entries: DictLiteral['entries']): void {
    for (const entry of entries) {
      if (entry.kind === 'Spread') {
        this.#expression(entry.value);
        continue;
      }
      this.#expression(entry.key);
      this.#expression(entry.value);
      if (entry.key.kind === 'StringLiteral')
        this.#state.addFieldValue(entry.key.value, entry.value, this.#record);
    }
  }

  #if(node: If): void {
    for (let at: If | Block | undefined = node; at !== undefined; ) {
      if (at.kind === 'Block') {
        this.#block(at);
        return;
      }
      this.#expression(at.condition);
      this.#block(at.then);
      at = at.otherwise;
    }
  }

  #call(node: Exclude<CallNode, Pipe>): void {
    if (node.kind === 'MethodCall') this.#receiver(node);
    else if (node.callee.kind === 'Identifier') this.#names.useAsCallee(node.callee);
    else this.#expression(node.callee);
    for (const argument of node.args) this.#expression(argumentValue(argument));
    this.#recordCall(node);
  }

  #recordCall(node: CallNode): void {
    this.#names.function.calls.push(node);
    this.#record.calls.set(node, {
      target: callTarget(this.#state, this.#record, node),
      suspends: false,
    });
  }

  /** `event_log.emit(...)`: a namespace is no variable; only the dotted name exists. */
  #receiver(node: Extract<CallNode, { kind: 'MethodCall' }>): void {
    const { receiver } = node;
    if (receiver.kind === 'Identifier' && this.#names.find(receiver.name) === undefined) {
      if (this.#state.builtins.global(`${receiver.name}.${node.name}`) !== undefined) return;
    }
    this.#expression(receiver);
  }

  #pipe(node: Pipe): void {
    const pipes: Pipe[] = [];
    let left: Expression = node;
    while (left.kind === 'Pipe') {
      pipes.push(left);
      left = left.left;
    }
    this.#expression(left);
    for (const pipe of pipes.reverse()) {
      if (!pipe.placeholder && pipe.right.kind === 'Identifier')
        this.#names.useAsCallee(pipe.right);
      else this.#expression(pipe.right);
      this.#recordCall(pipe);
    }
  }

  /** Runs `walk` where a `return f(x)` is not a tail call, because something is still to be done after f. */
  #guarded(walk: () => void): void {
    this.#pending += 1;
    walk();
    this.#pending -= 1;
  }

  #try(node: Try): void {
    this.#guarded(() => {
      this.#block(node.body);
      if (node.catch !== undefined) this.#catch(node.catch);
      if (node.finally !== undefined) this.#block(node.finally);
    });
  }

  #catch(node: CatchClause): void {
    this.#names.inNewScope(() => {
      if (node.name !== undefined) this.#names.declareOpaque(node, node.name, 'param', false);
      this.#statements(node.body.statements);
    });
  }

  #match(node: Match): void {
    this.#expression(node.subject);
    for (const arm of node.arms) {
      this.#names.inNewScope(() => {
        visitMatchPattern(arm.pattern, this.#matchVisitor);
        this.#all([arm.guard]);
        this.#block(arm.body);
      });
    }
  }

  #parallel(node: Parallel): void {
    this.#expression(node.subject);
    for (const option of node.options) this.#expression(option.value);
    this.#names.function.waits.push(node);
    this.#functionBody(node, node.param === undefined ? [] : [node.param], node.body);
  }

  #select(node: Select): void {
    this.#names.function.waits.push(node);
    for (const each of node.cases) this.#expression(each.channel);
    if (node.timeout !== undefined) this.#expression(node.timeout.duration);
    for (const each of node.cases) {
      this.#names.inNewScope(() => {
        this.#names.declareOpaque(each, each.name, 'local', false);
        this.#block(each.body);
      });
    }
    if (node.timeout !== undefined) this.#block(node.timeout.body);
    if (node.otherwise !== undefined) this.#block(node.otherwise);
  }

  #yield(node: Yield): void {
    const { function: current } = this.#names;
    if (isStreamFunction(current.node)) {
      this.#record.report(flowErrors.yieldInStream({}, { span: node.span }));
    } else if (current.node.kind === 'FunctionDeclaration' || isFnClosure(current.node)) {
      current.produces = 'generator';
    }
    this.#all([node.value]);
  }

  #emit(node: Emit): void {
    if (!isStreamFunction(this.#names.function.node))
      this.#record.report(flowErrors.emitOutsideStream({}, { span: node.span }));
    this.#expression(node.value);
  }
}

type Of<Union, K> = Extract<Union, { readonly kind: K }>;

function isVariableKind(kind: BindingKind | undefined): boolean {
  return kind === 'local' || kind === 'moduleVar';
}

function isStreamFunction(node: FunctionNode): boolean {
  return node.kind === 'FunctionDeclaration' && node.generator;
}

function isFnClosure(node: FunctionNode): boolean {
  return node.kind === 'Closure' && node.style === 'fn';
}
