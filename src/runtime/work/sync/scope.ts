// Where a named thing is visible: in a task, among the branches of a parallel group, in the run, in an agent session, for
// a tenant. All of it lives in the memory of one run; a scope only says which names are the same thing.
import type { RunContext, Task } from '../../run/index.ts';
import { currentSessionKey } from '../current-session.ts';
import { syncErrors } from './errors.ts';

const SCOPES = [
  'task',
  'task_group',
  'workflow_run',
  'agent_session',
  'tenant',
  'process',
] as const;

type ScopeName = (typeof SCOPES)[number];

/** A branch of a parallel group: `<task>:parallel:<group>:<index>`. */
const BRANCH = /^(.*:parallel(?:_[a-z]+)?:\d+):\d+$/;

/** The id of the parallel group that a task is a branch of. */
export function groupOf(task: Task): string | undefined {
  return BRANCH.exec(task.id)?.[1];
}

/** The groups around a task, from the inside out; the last is the root task, which stands for "no group". */
export function groupsAround(task: Task): readonly string[] {
  const groups: string[] = [];
  let root = task;
  for (let at: Task | undefined = task; at !== undefined; at = at.parent) {
    const group = groupOf(at);
    if (group !== undefined) groups.push(group);
    if (at.parent !== undefined) root = at;
  }
  return [...groups, root.id];
}

/** A prefix for names of this scope. `tenant` is what the program says; one that nobody names is `default`. */
export function scopeId(
  ctx: RunContext,
  scope: string = 'task_group',
  tenant: string | undefined = undefined,
): string {
  switch (scope as ScopeName) {
    case 'task':
      return `task:${ctx.task.id}`;
    case 'task_group':
      return `task_group:${groupsAround(ctx.task)[0]}`;
    case 'workflow_run':
      return `workflow_run:${ctx.runId}`;
    case 'agent_session': {
      const session = ctx.get(currentSessionKey).sessionOf(ctx);
      if (session === null) throw syncErrors.scopeIsEmpty({ scope, needs: 'an agent session' });
      return `agent_session:${session}`;
    }
    case 'tenant':
      return `tenant:${tenant ?? 'default'}`;
    case 'process':
      return 'process';
    default:
      throw syncErrors.unknownScope({ scope, known: SCOPES.join(', ') });
  }
}
