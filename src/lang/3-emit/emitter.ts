// The state of emitting one module, and the few operations that every visitor needs: statement output, temporaries,
// order of evaluation, destinations and names. What a node becomes is decided by the visitors, which the emitter
// is given as tables, so that no file has to import another in a circle.
import { assertNever, bug } from '../../base/index.ts';
import type {
  Binding,
  CheckedModule,
  Fault,
  FunctionFacts,
  FunctionNode,
} from '../2-check/checked-module.ts';
import type { Block, Expression, Module, Node, Statement } from '../ast.ts';
import type { Dest, Frame } from './frame.ts';
import { type Js, mark, member, quote, unmarked } from './js.ts';
import { Names } from './names.ts';
import { findOwners } from './ownership.ts';
import { Prelude } from './prelude.ts';
import type { SupportName } from './support.ts';

export type ExpressionVisitor = (em: Emitter, node: never) => Js;
export type ControlVisitor = (em: Emitter, node: never, dest: Dest) => void;
export type StatementVisitor = (em: Emitter, node: never) => void;

/** What each kind of node becomes. Kinds with control flow are in `control` and take a destination. */
export interface Visitors {
  readonly expression: { readonly [kind: string]: ExpressionVisitor };
  readonly control: { readonly [kind: string]: ControlVisitor };
  readonly statement: { readonly [kind: string]: StatementVisitor };
  readonly condition: (em: Emitter, node: Expression) => Js;
  readonly statements: (em: Emitter, statements: readonly Statement[], dest: Dest) => void;
  /** Emits a call in tail position as a jump or bounce; false when it is an ordinary call. */
  readonly tailCall: (em: Emitter, node: Expression) => boolean;
  readonly read: (em: Emitter, binding: Binding, node: Node) => Js;
}

const IDENTIFIER = /^[A-Za-z_$][\w$]*$/;
const LITERAL = /^(?:-?\d+(?:\.\d+)?n?|"(?:[^"\\]|\\.)*"|true|false|null)$/;

export class Emitter {
  readonly checked: CheckedModule;
  readonly names = new Names();
  readonly prelude = new Prelude();
  /** Variables with a companion that says whether they own their container. */
  readonly owners: ReadonlySet<Binding>;
  /** Values of the pipes around the current place, innermost last. */
  readonly pipes: Js[] = [];
  /** Variables of the module that a function may read before they are initialised. */
  readonly late = new Set<Binding>();
  /** Declarations of the module that are already emitted. */
  readonly hoisted = new Set<Node>();
  /** Source offsets of the places that throw without a JavaScript stack. */
  readonly sites: number[] = [];
  /** While the part of a module is written that runs when it is loaded. */
  isLoading = false;
  readonly #visitors: Visitors;
  readonly #modules: readonly CheckedModule[];
  readonly #values: ReadonlySet<Binding>;
  #frame: Frame | undefined;
  #labels = 0;
  /** The statements written so far at the current place. */
  out: Js[] = [];

  constructor(checked: CheckedModule, modules: readonly CheckedModule[], visitors: Visitors) {
    this.checked = checked;
    this.#modules = modules;
    this.#visitors = visitors;
    this.owners = findOwners(checked);
    this.#values = usedAsValues(checked);
  }

  get module(): Module {
    return this.checked.module;
  }

  get frame(): Frame {
    return this.#frame ?? bug('code is emitted outside any function');
  }

  // ---------------------------------------------------------------- facts

  factsOf(node: FunctionNode): FunctionFacts {
    return this.checked.functions.get(node) ?? bug(`no facts about a ${node.kind}`);
  }

  /** The module that a binding has to be read from; undefined when it is a variable of this one's code. */
  ownerOf(binding: Binding): CheckedModule | undefined {
    if (binding.moduleId === undefined || binding.moduleId === this.checked.source.id)
      return undefined;
    const owner = this.#modules.find((module) => module.source.id === binding.moduleId);
    // A pipeline that extends one of another module has local variables of that module in its code.
    return owner?.topLevel.get(binding.name) === binding ? owner : undefined;
  }

  /** Whether a function is used other than by calling it, here or by others, so that it needs its description. */
  isValue(binding: Binding): boolean {
    return this.#values.has(binding);
  }

  /** Whether reading a variable here has to make sure that it is initialised. */
  isLate(binding: Binding): boolean {
    return this.late.has(binding) && this.frame.node.kind !== 'Module';
  }

  /** The struct of that name in this module or among its imports. */
  structNamed(name: string): Binding | undefined {
    for (const binding of this.checked.declares.values())
      if (binding.kind === 'struct' && binding.name === name) return binding;
    for (const { names } of this.checked.imports) {
      const binding = names.get(name);
      if (binding?.kind === 'struct') return binding;
    }
    return undefined;
  }

  /** What a bounce to a function calls: its inner function when that can bounce on, else the function itself. */
  tailTarget(binding: Binding, node: Node): Js {
    const inner = this.#bounces(binding);
    const owner = this.ownerOf(binding);
    if (owner === undefined)
      return inner ? `${this.read(binding, node)}t` : this.read(binding, node);
    return `${this.prelude.module(owner.source.id)}${member(inner ? `${binding.name}!` : binding.name)}`;
  }

  #bounces(binding: Binding): boolean {
    const { node } = binding;
    if (node?.kind !== 'FunctionDeclaration') return false;
    const owner = this.ownerOf(binding) ?? this.checked;
    return owner.functions.get(node)?.cycleTailCalls === true;
  }

  /** The number of a place for errors that carry no JavaScript stack. */
  site(node: Node): Js {
    return `$site + ${this.sites.push(node.span.start) - 1}`;
  }

  // ------------------------------------------------------------- visiting

  /** Emits what must run before, and returns the JavaScript expression of the value. */
  value(node: Expression): Js {
    const visit = this.#visitors.expression[node.kind];
    if (visit !== undefined) return visit(this, node as never);
    const name = this.temp();
    this.into(node, { kind: 'assign', name });
    return name;
  }

  /** A JavaScript boolean: whether the value counts as true. */
  condition(node: Expression): Js {
    return this.#visitors.condition(this, node);
  }

  /** Emits an expression whose value goes to `dest`. */
  into(node: Expression, dest: Dest): void {
    const control = this.#visitors.control[node.kind];
    if (dest.kind === 'return' && this.#visitors.tailCall(this, node)) return;
    if (control !== undefined) control(this, node as never, dest);
    else this.deliver(this.value(node), dest);
  }

  /** Whether a node is lowered to statements anyway. */
  isControl(node: Expression): boolean {
    return this.#visitors.control[node.kind] !== undefined;
  }

  statement(node: Statement): void {
    const visit = this.#visitors.statement[node.kind];
    if (visit === undefined) bug(`no way to emit ${node.kind}`);
    const temps = this.frame.temps;
    visit(this, node as never);
    this.frame.temps = temps;
  }

  /** Emits the statements of a block inside braces of their own; its value goes to `dest`. */
  block(block: Block, dest: Dest): void {
    this.push('{');
    this.#visitors.statements(this, block.statements, dest);
    this.push('}');
  }

  /** The same without the braces, for callers that open the scope themselves. */
  statements(statements: readonly Statement[], dest: Dest): void {
    this.#visitors.statements(this, statements, dest);
  }

  /** Reads a variable. */
  read(binding: Binding, node: Node): Js {
    return this.#visitors.read(this, binding, node);
  }

  // --------------------------------------------------------------- output

  push(...lines: Js[]): void {
    this.out.push(...lines);
  }

  /** Runs `emit` with an output of its own and returns what it wrote. */
  capture<T>(emit: () => T): { readonly lines: Js[]; readonly result: T } {
    const saved = this.out;
    const lines: Js[] = [];
    this.out = lines;
    try {
      return { lines, result: emit() };
    } finally {
      this.out = saved;
    }
  }

  /** Sends a value to its destination. */
  deliver(js: Js, dest: Dest): void {
    switch (dest.kind) {
      case 'discard':
        // At the start of a statement a brace would open a block.
        if (!this.isSimple(js)) this.push(js.startsWith('{') ? `(${js});` : `${js};`);
        return;
      case 'assign':
        if (js !== dest.name) this.push(`${dest.name} = ${js};`);
        return;
      case 'return':
        this.emitReturn(js);
        return;
      case 'yieldValue':
        this.push(`return ${js};`);
        return;
      default:
        assertNever(dest);
    }
  }

  /** `return` of the Harn function, through the inline bodies around it. */
  emitReturn(js: Js): void {
    const { inline } = this.frame;
    const body = inline[inline.length - 1];
    if (body === undefined) {
      this.push(`return ${js};`);
      return;
    }
    body.returns = true;
    this.push(`${body.value} = ${js}; ${body.how} = 1; return null;`);
  }

  /** A jump (`break L;`) out of a loop that was entered when `depth` inline bodies were open. */
  emitJump(jump: Js, depth: number): void {
    const { inline } = this.frame;
    const body = inline[inline.length - 1];
    if (body === undefined || inline.length === depth) {
      this.push(jump);
      return;
    }
    let index = body.jumps.indexOf(jump);
    if (index === -1) index = body.jumps.push(jump) - 1;
    this.push(`${body.how} = ${index + 2}; return null;`);
  }

  // ------------------------------------------------- order and temporaries

  /** A variable of the current JavaScript function that lives until the end of the statement. */
  temp(): string {
    const { frame } = this;
    const index = frame.temps++;
    frame.maxTemps = Math.max(frame.maxTemps, frame.temps);
    return `$t${index}`;
  }

  /** Stores a value in a temporary now. */
  spill(js: Js): string {
    const name = this.temp();
    this.push(`${name} = ${js};`);
    return name;
  }

  /** Code that may be repeated and moved within an expression: an identifier or a literal. */
  isSimple(js: Js): boolean {
    return IDENTIFIER.test(js) || LITERAL.test(js);
  }

  /** Simple, and no statement in between can change it. */
  isStable(js: Js): boolean {
    return LITERAL.test(js) || (IDENTIFIER.test(js) && !this.names.isReassigned(js));
  }

  isLiteral(js: Js): boolean {
    return LITERAL.test(js);
  }

  /** Evaluates parts from left to right: when a later part needs statements, the earlier values are stored first. */
  ordered(parts: readonly (() => Js)[]): Js[] {
    const { frame } = this;
    const done: Js[] = [];
    for (const part of parts) {
      const highest = frame.maxTemps;
      frame.maxTemps = frame.temps;
      const { lines, result } = this.capture(part);
      // What is stored now stands before these lines: it must not share a temporary with their statements.
      if (lines.length > 0) frame.temps = frame.maxTemps;
      frame.maxTemps = Math.max(frame.maxTemps, highest);
      if (lines.length > 0) {
        done.forEach((js, i) => {
          done[i] = this.#keep(js);
        });
        this.push(...lines);
      }
      done.push(result);
    }
    return done;
  }

  #keep(js: Js): Js {
    if (this.isStable(js)) return js;
    if (js.startsWith('...')) return `...${this.#keep(js.slice(3))}`;
    return this.spill(js);
  }

  values(nodes: readonly Expression[]): Js[] {
    return this.ordered(nodes.map((node) => () => this.value(node)));
  }

  /** An expression that uses values several times: each is evaluated once, in order. */
  once(values: readonly Js[], use: (...refs: Js[]) => Js): Js {
    const setup: Js[] = [];
    let lastComplex = -1;
    values.forEach((js, i) => {
      if (!this.isSimple(js)) lastComplex = i;
    });
    const refs = values.map((js, i) => {
      if (this.isStable(js) || (this.isSimple(js) && i > lastComplex)) return js;
      const name = this.temp();
      setup.push(`${name} = ${js}`);
      return name;
    });
    const body = use(...refs);
    return setup.length === 0 ? `(${body})` : `(${setup.join(', ')}, ${body})`;
  }

  /** Whether control cannot reach what would be emitted next. */
  endsWithJump(): boolean {
    return /^(?:return|throw|break|continue)\b/.test(unmarked(this.out[this.out.length - 1] ?? ''));
  }

  /** The end of a loop's body: every so often the runtime looks whether the task must stop or give others a turn. */
  tick(): void {
    const { frame } = this;
    frame.ticks = true;
    const test = 'if (($k = ($k + 1) & 1023) === 0)';
    if (!frame.suspends) this.push(`${test} ${this.$('tick')}(ctx);`);
    else
      this.push(
        `${test} { const tick = ${this.$('tick')}(ctx); if (tick !== undefined) yield tick; }`,
      );
  }

  /** As many rounds as there are between two ticks, then the tick. */
  stretch([test, update]: readonly [Js, Js], round: readonly Js[]): void {
    const { frame } = this;
    frame.ticks = true;
    const more = `${test === '' ? '' : `${test} && `}$k < 1024`;
    const next = `${update === '' ? '' : `${update}, `}$k++`;
    this.push('$k |= 0;', `for (; ${more}; ${next}) {`, ...round, '}');
    this.push(
      `if ($k === 1024) { $k = 0; const tick = ${this.$('tick')}(ctx); if (tick !== undefined) yield tick; }`,
    );
  }

  label(prefix: string): string {
    return `${prefix}$${this.#labels++}`;
  }

  // --------------------------------------------------------------- naming

  /** The local name of a support helper. */
  $(name: SupportName): Js {
    return this.prelude.support(name);
  }

  /** A call of a support helper, marked with the place it stands for. */
  call(name: SupportName, args: readonly Js[], at?: Node): Js {
    return `${at === undefined ? '' : mark(at.span.start)}${this.$(name)}(${args.join(', ')})`;
  }

  /** The binding of an identifier, or undefined where using it is a fault. */
  bindingOf(node: Node): Binding | undefined {
    return this.checked.uses.get(node);
  }

  declared(node: Node): Binding | undefined {
    return this.checked.declares.get(node);
  }

  /** The JavaScript variable of a binding that this module declares. */
  nameOf(binding: Binding): string {
    return this.names.of(binding);
  }

  /** An expression that raises a fault of the checker. */
  raise(fault: Fault, at: Node): Js {
    const name = quote(fault.name);
    switch (fault.kind) {
      case 'undefinedVariable': {
        const hint = fault.suggestion === undefined ? [] : [quote(fault.suggestion)];
        return this.call('undefinedVariable', [name, ...hint], at);
      }
      case 'immutableAssignment':
        return this.call('immutableAssignment', [name], at);
      case 'undefinedFunction': {
        const hint = fault.suggestion === undefined ? [] : [quote(fault.suggestion)];
        return this.call('undefinedCall', [name, ...hint], at);
      }
      case 'redeclaration':
        return this.call(
          'redeclared',
          [name, quote(this.checked.edition === '0.7' ? 'var' : 'let')],
          at,
        );
      default:
        return assertNever(fault);
    }
  }

  // --------------------------------------------------------------- frames

  /** Emits the inside of a JavaScript function; returns its lines, declarations of temporaries included. */
  inFrame(node: Node, facts: FunctionFacts, emit: (frame: Frame) => void): Js[] {
    const saved = this.#frame;
    const frame: Frame = {
      node,
      facts,
      suspends: facts.suspends,
      produces: facts.produces,
      temps: 0,
      maxTemps: 0,
      ticks: false,
      loops: [],
      inline: [],
      declared: new Set(),
      selfTail: undefined,
    };
    this.#frame = frame;
    try {
      const { lines } = this.capture(() => emit(frame));
      const locals = Array.from({ length: frame.maxTemps }, (_, i) => `$t${i}`);
      if (frame.ticks) locals.push('$k = 0');
      return locals.length === 0 ? lines : [`let ${locals.join(', ')};`, ...lines];
    } finally {
      this.#frame = saved;
    }
  }
}

/** Functions that are named outside call position, or visible to other modules. */
function usedAsValues(checked: CheckedModule): Set<Binding> {
  const callees = new Set<Node>();
  for (const node of checked.calls.keys()) {
    if (node.kind === 'Call') callees.add(node.callee);
    if (node.kind === 'Pipe' && !node.placeholder) callees.add(node.right);
  }
  const values = new Set<Binding>(checked.exports.values());
  for (const [node, binding] of checked.uses) if (!callees.has(node)) values.add(binding);
  return values;
}
