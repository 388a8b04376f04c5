// What a call calls, as far as it is static: a function of ours, a builtin row, a capability method of the harness,
// a constructor. Authority is followed through names and fields: parameters by their type, constants by their value.
import { nearestName } from '../../base/index.ts';
import type { Argument, Expression, Member, MethodCall, Spread, TypeExpr } from '../ast.ts';
import type { Binding, CallNode, CallTarget } from './checked-module.ts';
import { nameErrors } from './errors.ts';
import type { ProgramState } from './program-state.ts';
import type { BindingRecord, ModuleRecord } from './records.ts';

/** The expression of an argument or element, whatever form it has. */
export function argumentValue(argument: Argument | Spread): Expression {
  return argument.kind === 'Spread' || argument.kind === 'NamedArgument'
    ? argument.value
    : argument;
}

/** The expression whose value a call calls; undefined for methods. */
export function calleeOf(node: CallNode): Expression | undefined {
  if (node.kind === 'Call') return node.callee;
  return node.kind === 'Pipe' && !node.placeholder ? node.right : undefined;
}

/** Decides the target; the names in the node are resolved already. */
export function callTarget(state: ProgramState, record: ModuleRecord, node: CallNode): CallTarget {
  if (node.kind === 'MethodCall') return methodTarget(state, record, node);
  const callee = calleeOf(node);
  if (callee?.kind !== 'Identifier') return { kind: 'value' };
  const binding = record.uses.get(callee);
  if (binding === undefined) {
    const fault = record.faults.get(callee);
    const suggestion = fault?.kind === 'undefinedFunction' ? fault.suggestion : undefined;
    return { kind: 'undefined', name: callee.name, suggestion };
  }
  return bindingTarget(binding);
}

function bindingTarget(binding: Binding): CallTarget {
  switch (binding.kind) {
    case 'fn':
    case 'pipeline':
      return { kind: 'function', binding };
    case 'builtin':
      return binding.builtin === undefined
        ? { kind: 'value' }
        : { kind: 'builtin', spec: binding.builtin };
    case 'struct':
      return { kind: 'struct', binding };
    default:
      return { kind: 'value' };
  }
}

function methodTarget(state: ProgramState, record: ModuleRecord, node: MethodCall): CallTarget {
  const { receiver, name } = node;
  if (receiver.kind === 'Identifier') {
    const binding = record.uses.get(receiver);
    if (binding?.kind === 'enum') return { kind: 'enumVariant', binding, variant: name };
    if (binding === undefined) {
      const spec = state.builtins.global(`${receiver.name}.${name}`);
      if (spec !== undefined) return { kind: 'builtin', spec };
    }
  }
  const path = capabilityPath(state, record, receiver);
  if (path === undefined) return { kind: 'method', name };
  const methods = state.builtins.methods(path);
  const spec = methods?.get(name);
  if (spec !== undefined) return { kind: 'capability', spec, path };
  if (methods !== undefined && !state.builtins.isCapability(join(path, name)))
    reportUnknownMethod(record, node, path, methods.keys());
  return { kind: 'method', name };
}

function reportUnknownMethod(
  record: ModuleRecord,
  { name, nameSpan }: MethodCall,
  path: string,
  known: Iterable<string>,
): void {
  record.report(
    nameErrors.unknownMethod(
      { capability: join('harness', path), name, suggestion: nearestName(name, known) },
      { span: nameSpan },
    ),
  );
}

/** Reports `harness.nosuch`: a field of a handle that neither we nor any host has. */
export function checkCapabilityMember(
  state: ProgramState,
  record: ModuleRecord,
  node: Member,
): void {
  if (!state.builtins.knowsCapabilities) return;
  const path = capabilityPath(state, record, node.object);
  if (path !== '' || state.builtins.isCapability(node.name)) return;
  if (state.builtins.methods('')?.has(node.name) === true) return;
  const suggestion = nearestName(node.name, state.builtins.capabilityNames());
  record.report(
    nameErrors.unknownCapability({ name: node.name, suggestion }, { span: node.nameSpan }),
  );
}

/** How far constants are followed: `const fs = harness.fs`, `const f = fs`, … */
const MAX_HOPS = 8;

/** `''` for the root handle, `fs` for `harness.fs`, undefined for everything that is not known to be a handle. */
export function capabilityPath(
  state: ProgramState,
  record: ModuleRecord,
  node: Expression,
  hops = MAX_HOPS,
): string | undefined {
  if (node.kind === 'Identifier') {
    const binding = record.uses.get(node);
    return binding === undefined ? undefined : pathOfBinding(state, record, binding, hops);
  }
  if (node.kind !== 'Member' || hops === 0) return undefined;
  const base = capabilityPath(state, record, node.object, hops - 1);
  if (base === undefined) return pathOfField(record, node);
  const path = join(base, node.name);
  return state.builtins.isCapability(path) ? path : undefined;
}

function pathOfBinding(
  state: ProgramState,
  record: ModuleRecord,
  binding: BindingRecord,
  hops: number,
): string | undefined {
  if (binding.kind === 'harnessGlobal') return '';
  if (binding.kind === 'param') return pathOfParam(binding);
  const [only, ...others] = binding.received;
  const isConstant = !binding.mutable && !binding.opaque && others.length === 0;
  if (only === undefined || !isConstant || hops === 0) return undefined;
  // The constant of another module names nodes of that module's tables.
  if (binding.moduleId !== record.source.id) return undefined;
  return capabilityPath(state, record, only.value, hops - 1);
}

function pathOfParam(binding: BindingRecord): string | undefined {
  if (binding.checkedType !== undefined) return handlePath(binding.checkedType);
  return binding.name === 'harness' || binding.name === '_harness' ? '' : undefined;
}

/** `{fs: HarnessFs}`: several handles passed as one record. */
function pathOfField(record: ModuleRecord, { object, name }: Member): string | undefined {
  if (object.kind !== 'Identifier') return undefined;
  const type = record.uses.get(object)?.checkedType;
  if (type?.kind !== 'ShapeType') return undefined;
  const field = type.fields.find((f) => f.name === name);
  return field === undefined ? undefined : handlePath(field.type);
}

/** `Harness` → ``, `HarnessFs` → `fs`, `HarnessCodeIndex` → `code_index`. */
export function handlePath(type: TypeExpr): string | undefined {
  if (type.kind !== 'NamedType' || !/^Harness([A-Z]|$)/.test(type.name)) return undefined;
  if (type.name === 'HarnessTerminalSession') return 'terminal';
  return type.name
    .slice('Harness'.length)
    .replace(/(?!^)[A-Z]/g, (letter) => `_${letter}`)
    .toLowerCase();
}

function join(path: string, name: string): string {
  if (path === '') return name;
  return name === '' ? path : `${path}.${name}`;
}
