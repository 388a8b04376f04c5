// A checked program as if the checker had found out nothing about colours: every function suspends and every call and
// loop may wait. Emitted from this, a program must behave as it does with inferred colours.
import { walk } from '../../src/lang/3-emit/walk.ts';
import type {
  CallTarget,
  CheckedModule,
  CheckedProgram,
  FunctionFacts,
} from '../../src/lang/index.ts';

export function allSuspending(program: CheckedProgram): CheckedProgram {
  const modules = program.modules.map((module) => adjusted(module, program));
  const entry = modules[program.modules.indexOf(program.entry)] ?? program.entry;
  return { ...program, modules, entry };
}

function adjusted(module: CheckedModule, program: CheckedProgram): CheckedModule {
  const functions = new Map(
    [...module.functions].map(([node, facts]) => [node, { ...facts, suspends: true }] as const),
  );
  const suspensionPoints = new Set(module.suspensionPoints);
  const tickLoops = new Set(module.tickLoops);
  for (const [node, { target }] of module.calls)
    if ((factsOf(target, program)?.produces ?? 'value') === 'value') suspensionPoints.add(node);
  walk(module.module, (node) => {
    if (node.kind === 'ForStatement') suspensionPoints.add(node);
    if (node.kind === 'ForStatement' || node.kind === 'WhileStatement') tickLoops.add(node);
  });
  return { ...module, functions, suspensionPoints, tickLoops };
}

function factsOf(target: CallTarget, program: CheckedProgram): FunctionFacts | undefined {
  if (target.kind !== 'function') return undefined;
  const { node } = target.binding;
  for (const { functions } of program.modules)
    for (const [each, facts] of functions) if (each === node) return facts;
  return undefined;
}
