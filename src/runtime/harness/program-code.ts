// How a TypeScript program finds the functions of its workers again: by the name under which it was given them. A tool
// or a body that was not given to `createRuntime` lives and dies with its run.
import type { JsonObject } from '../../base/index.ts';
import type { CodeSource } from '../work/index.ts';
import { type AgentTool, asTool } from './agent.ts';
import { codeHandler } from './permissions.ts';
import { createHarness } from './tree.ts';
import { type WorkerBody, workerBodyHandler } from './worker.ts';
import { type StageFn, stageHandler } from './workflow.ts';

/** The functions that workers may need beyond their run. */
export interface ProgramCode {
  readonly tools?: readonly AgentTool[] | undefined;
  readonly workerBodies?: { readonly [name: string]: WorkerBody } | undefined;
  /** The work of nodes of graphs. */
  readonly stages?: { readonly [name: string]: StageFn } | undefined;
  /** Functions among permissions, and callbacks of loops. */
  readonly callbacks?: { readonly [name: string]: CallbackFn } | undefined;
}

/** A function that a worker calls with data; the last argument is the harness of the run that goes on with it. */
export type CallbackFn = (...args: never[]) => unknown;

/** Finds them by identity when a worker is made, and by name when it goes on. */
export function programCode({
  tools = [],
  workerBodies = {},
  stages = {},
  callbacks = {},
}: ProgramCode): CodeSource {
  const refs = new Map<object, JsonObject>();
  for (const { name, handler, run } of tools) {
    const code = run ?? handler;
    if (code !== undefined) refs.set(code, { tool: name });
  }
  for (const [body, fn] of Object.entries(workerBodies)) refs.set(fn, { body });
  for (const [stage, fn] of Object.entries(stages)) refs.set(fn, { stage });
  for (const [callback, fn] of Object.entries(callbacks)) refs.set(fn, { callback });
  return {
    refOf: (fn) => refs.get(fn),
    tool: ({ tool }) => {
      const found = tools.find(({ name }) => name === tool);
      return found === undefined ? undefined : asTool(found, createHarness).handler;
    },
    body: ({ body }) => {
      const found = typeof body === 'string' ? workerBodies[body] : undefined;
      return found === undefined ? undefined : workerBodyHandler(found, createHarness);
    },
    callback: ({ stage, callback }) => {
      const named = typeof callback === 'string' ? callbacks[callback] : undefined;
      if (named !== undefined) return codeHandler(named, createHarness);
      const found = typeof stage === 'string' ? stages[stage] : undefined;
      return found === undefined ? undefined : stageHandler(found, createHarness);
    },
  };
}
