// The rule about work in the background: whoever starts it and does not hand its handle on ends it in a `defer` or `finally`,
// which also run when something throws.
import type { Binding } from '../../2-check/checked-module.ts';
import type { Argument, Call, MethodCall, Node } from '../../ast.ts';
import { walk } from '../walk.ts';
import type { LintContext } from './context.ts';
import { lintErrors } from './errors.ts';

/** What can go on in the background, by the last part of its name. */
const CAN_RUN_ON: ReadonlySet<string> = new Set([
  'walk',
  'walk_dir',
  'glob',
  'run_command',
  'run_test',
  'run_build_command',
]);

/** Calls that are given the name of what they call as a text. */
const BY_NAME: ReadonlySet<string> = new Set(['host_call', 'host_tool_call', 'call_tool', 'call']);

const OPTIONS: ReadonlySet<string> = new Set(['long_running', 'background']);

const BODIES: ReadonlySet<string> = new Set([
  'Module',
  'FunctionDeclaration',
  'OverrideDeclaration',
  'ToolDeclaration',
  'PipelineDeclaration',
  'Closure',
  'Parallel',
  'Spawn',
]);

interface Start {
  readonly node: Call | MethodCall;
  readonly name: string;
  readonly body: Node;
  /** The variable with the handle, where it has one of its own. */
  readonly handle: Binding | undefined;
}

interface Cleanup {
  readonly body: Node;
  /** Everything it names. */
  readonly names: ReadonlySet<Binding>;
}

export function lintBackground(ctx: LintContext): void {
  const starts: Start[] = [];
  const cleanups: Cleanup[] = [];
  const handedOn = new Set<Binding>();
  walk(ctx.module, (node, around) => {
    if (node.kind === 'DeferStatement') addCleanup(ctx, cleanups, node.body, around);
    else if (node.kind === 'Try' && node.finally !== undefined)
      addCleanup(ctx, cleanups, node.finally, around);
    else if (node.kind === 'Identifier' && isGivenBack(node, around)) {
      const binding = ctx.checked.uses.get(node);
      if (binding !== undefined) handedOn.add(binding);
    } else if (node.kind === 'Call' || node.kind === 'MethodCall') {
      const name = startedBy(ctx, node);
      if (name === undefined || isGivenBack(node, around)) return;
      starts.push({ node, name, body: bodyOf(around), handle: handleOf(ctx, around.at(-1)) });
    }
  });
  for (const start of starts) {
    if (start.handle !== undefined && handedOn.has(start.handle)) continue;
    if (cleanups.some((cleanup) => ends(cleanup, start, starts))) continue;
    const at = { span: start.node.span };
    const { name } = start;
    ctx.report('longRunningWithoutCleanup', lintErrors.longRunningWithoutCleanup({ name }, at));
  }
}

/** A cleanup that names handles is for those; one that names none, such as a loop over a list of them, is for all. */
function ends({ body, names }: Cleanup, start: Start, starts: readonly Start[]): boolean {
  if (body !== start.body) return false;
  if (start.handle !== undefined && names.has(start.handle)) return true;
  return !starts.some(({ handle }) => handle !== undefined && names.has(handle));
}

function bodyOf(around: readonly Node[]): Node {
  return around.findLast(({ kind }) => BODIES.has(kind)) as Node;
}

/** Something that gets the value takes care of it: `return`, or the end of a function that gives its last value. */
function isGivenBack(node: Node, around: readonly Node[]): boolean {
  const parent = around.at(-1);
  if (parent?.kind === 'ReturnStatement') return true;
  const block = around.at(-2);
  const owner = around.at(-3);
  if (parent?.kind !== 'ExpressionStatement' || block?.kind !== 'Block') return false;
  const isLast = block.statements.at(-1) === parent && parent.expression === node;
  return (
    isLast && owner !== undefined && BODIES.has(owner.kind) && owner.kind !== 'PipelineDeclaration'
  );
}

/** The variable that a declaration gives the value of a call to. */
function handleOf(ctx: LintContext, parent: Node | undefined): Binding | undefined {
  if (parent?.kind !== 'LetStatement' || parent.pattern.kind !== 'NamePattern') return undefined;
  return ctx.checked.declares.get(parent.pattern);
}

/** What a call starts in the background; undefined when it does nothing of the kind. */
function startedBy(ctx: LintContext, node: Call | MethodCall): string | undefined {
  if (!node.args.some(asksToRunOn)) return undefined;
  const name = calledName(ctx, node);
  if (name === undefined) return undefined;
  if (CAN_RUN_ON.has(name)) return name;
  const [first] = node.args;
  if (!BY_NAME.has(name) || first?.kind !== 'StringLiteral') return undefined;
  const tool = lastPart(first.value);
  return CAN_RUN_ON.has(tool) ? tool : undefined;
}

function asksToRunOn(arg: Argument): boolean {
  if (arg.kind !== 'DictLiteral') return false;
  return arg.entries.some(
    (entry) =>
      entry.kind === 'DictEntry' &&
      entry.key.kind === 'StringLiteral' &&
      OPTIONS.has(entry.key.value) &&
      entry.value.kind === 'BoolLiteral' &&
      entry.value.value,
  );
}

/** The last part of the name of a builtin that is called; undefined for functions of the program. */
function calledName(ctx: LintContext, node: Call | MethodCall): string | undefined {
  const target = ctx.checked.calls.get(node)?.target;
  if (target?.kind === 'builtin' || target?.kind === 'capability')
    return lastPart(target.spec.name);
  return target?.kind === 'method' && node.kind === 'MethodCall' ? node.name : undefined;
}

function lastPart(name: string): string {
  return name.slice(name.lastIndexOf('.') + 1);
}

/** A block that ends handles: by `cancel_handle`, or by handing them to a function of the program. */
function addCleanup(
  ctx: LintContext,
  cleanups: Cleanup[],
  block: Node,
  around: readonly Node[],
): void {
  const names = new Set<Binding>();
  let cancels = false;
  walk(block, (node) => {
    const binding = ctx.checked.uses.get(node);
    if (binding !== undefined) names.add(binding);
    if (node.kind === 'Call' || node.kind === 'MethodCall') cancels ||= isCancel(ctx, node);
  });
  if (cancels) cleanups.push({ body: bodyOf(around), names });
}

function isCancel(ctx: LintContext, node: Call | MethodCall): boolean {
  const name = calledName(ctx, node);
  if (name === 'cancel_handle') return true;
  if (name === undefined)
    return ctx.checked.calls.get(node)?.target.kind === 'function' && node.args.length > 0;
  const [first] = node.args;
  return (
    BY_NAME.has(name) &&
    first?.kind === 'StringLiteral' &&
    lastPart(first.value) === 'cancel_handle'
  );
}
