// Tools that the embedding program runs: a call of one is a call of its host capability, journaled by the class that the
// operation was declared with. There is no code of the program behind them, so any process that offers the capability runs them.
import { hostCalls } from '../boundary/index.ts';
import type { RunContext } from '../run/index.ts';
import { toolErrors } from './errors.ts';
import type { Tool, ToolHandler } from './tools.ts';

/** Runs a tool by `capability.operation` of the host. */
export function hostHandler(capability: string): ToolHandler {
  return { kind: 'program', run: (ctx, args) => hostCalls.call(ctx, capability, args) };
}

/** Nothing is paid for where the host cannot run what models are told of. */
export function assertHostHas(ctx: RunContext, tools: Iterable<Tool>): void {
  for (const { name, hostCapability } of tools) {
    if (hostCapability === undefined) continue;
    const dot = hostCapability.indexOf('.');
    const [capability, operation] = [hostCapability.slice(0, dot), hostCapability.slice(dot + 1)];
    if (dot > 0 && hostCalls.has(ctx, capability, operation)) continue;
    throw toolErrors.noHost({ tool: name, capability: hostCapability });
  }
}
