// Tool surfaces that programs write down whole, looked at as loops look at theirs: what a loop would refuse is an error,
// what contradicts itself a warning. What tools merely do not declare is told by the loop's trace.
import type { Diagnostic } from '../base/index.ts';
import { type CheckedModule, loadLangTools } from '../lang/index.ts';
import { toolSurface } from '../runtime/agent/index.ts';

const PROMPT_TOOL = 'TOOL_SURFACE_UNKNOWN_PROMPT_TOOL';

export async function toolSurfaceFaults(
  modules: readonly CheckedModule[],
): Promise<readonly Diagnostic[]> {
  const speaking = modules.filter(
    ({ source: { id, text } }) =>
      !id.startsWith('std/') && /\btool_surface_validate\b|\bagent_loop\b|\.loop\b/.test(text),
  );
  if (speaking.length === 0) return [];
  const { writtenSurfaces } = await loadLangTools();
  return speaking.flatMap(writtenSurfaces).flatMap(({ around, tools, places, span, isWhole }) => {
    const { diagnostics } = toolSurface.validate(toolSurface.read(around, tools));
    return diagnostics
      .filter(({ code, severity }) => {
        if (code === PROMPT_TOOL && !isWhole) return false;
        return severity === 'error' || !code.startsWith('TOOL_SURFACE_MISSING_');
      })
      .map(({ code, severity, message, tool = '' }): Diagnostic => {
        return { severity, code, message, span: places.get(tool) ?? span };
      });
  });
}
