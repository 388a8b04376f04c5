// What a loop looks at before its first call: whether its tools, policy, approvals and prompt fit each other. Errors end
// it; contradictions are told on stderr with their codes, each once in a run, however many loops have it.

import { stdioEffects } from '../io/index.ts';
import {
  defineSyncEffect,
  type RunContext,
  type ServiceKey,
  type Suspending,
} from '../run/index.ts';
import { loopErrors } from './errors.ts';
import {
  faceOfTool,
  type SurfaceDiagnostic,
  type ToolSurface,
  validateSurface,
} from './tool-surface.ts';
import type { Tool } from './tools.ts';

const toldKey: ServiceKey<Set<string>> = {
  name: 'agent.surface_told',
  create: () => new Set(),
};

/** Those of the lines that this run has not told yet; they are told from now on. Memory of the run, re-made by replay. */
const untoldEffect = defineSyncEffect(
  { name: 'tools.surface_untold', class: 'local', access: 'write' },
  (env, lines: readonly string[]): readonly string[] => {
    const told = env.get(toldKey);
    const fresh = lines.filter((line) => !told.has(line));
    for (const line of fresh) told.add(line);
    return fresh;
  },
);

/** Looks a loop's surface through. @throws HARN-AGL-... when it cannot work; gives everything that was found. */
export function* checkLoopSurface(
  ctx: RunContext,
  tools: readonly Tool[],
  around: Omit<ToolSurface, 'tools'>,
): Suspending<readonly SurfaceDiagnostic[]> {
  const { valid, diagnostics } = validateSurface({ tools: tools.map(faceOfTool), ...around });
  if (!valid) {
    const errors = diagnostics.filter(({ severity }) => severity === 'error');
    const problems = errors.map(({ code, message }) => `${code}: ${message}`).join('; ');
    throw loopErrors.surface({ problems });
  }
  for (const line of ctx.sync(untoldEffect, [linesOf(diagnostics)]))
    yield* ctx.perform(stdioEffects.eprintln, [`[agent_loop] ${line}`]);
  return diagnostics;
}

/** A line for each finding. What is merely not declared is in the trace: a line for it at every loop would only be noise. */
function linesOf(diagnostics: readonly SurfaceDiagnostic[]): readonly string[] {
  return diagnostics
    .filter(({ code }) => !code.startsWith('TOOL_SURFACE_MISSING_'))
    .map(({ code, message }) => `${code}: ${message}`);
}
