import { describe, expect, it } from 'vitest';
import { currentSessionId } from './agent/index.ts';
import { composeRuns, RUN_KEEPERS, RUNTIME_PROJECTIONS } from './compose.ts';
import { createMockHost } from './host/index.ts';
import { decisionSignerKey, handoffTargetsKey, settlementDeciderKey } from './lifecycle/index.ts';
import { modelDecider } from './llm/index.ts';
import { redactorKey } from './records/index.ts';
import { Run, type RunCore, type ServiceKey } from './run/index.ts';
import {
  attachmentKeeperKey,
  currentSessionKey,
  recordDrainDecisionReceipt,
  resumeSourceKey,
  workerKindsKey,
  workerStoreKey,
} from './work/index.ts';

const SPEC = { pipeline: 'p', origin: 'test', program: null, version: '1', input: null };
const noStore = () => Promise.reject(new Error('no store'));
const redactor = () => Promise.reject(new Error('no redactor'));

function composed(): RunCore {
  let core: RunCore | undefined;
  const deps = composeRuns({
    host: createMockHost(),
    openStore: noStore,
    sink: { write: () => undefined },
    pipelines: ['p'],
    redactor,
    equip: (run) => {
      core = run;
    },
  });
  Run.create(deps, SPEC);
  if (core === undefined) throw new Error('the run was not equipped');
  return core;
}

describe('a composed run', () => {
  it('gives every service that is made late under the name it is asked by', () => {
    const run = composed();
    const isOurs = <T>(key: ServiceKey<T>) => {
      expect(run.has(key.name), key.name).toBe(false);
      const value = run.get(key);
      expect(run.has(key.name), key.name).toBe(true);
      return value;
    };
    expect(isOurs(workerStoreKey)).toBe(noStore);
    expect(isOurs(redactorKey)).toBe(redactor);
    expect(isOurs(settlementDeciderKey)).toBe(modelDecider);
    expect(isOurs(decisionSignerKey)).toBe(recordDrainDecisionReceipt);
    expect(isOurs(handoffTargetsKey).has('p')).toBe(true);
    expect(isOurs(currentSessionKey).sessionOf).toBe(currentSessionId);
    expect(isOurs(resumeSourceKey).source).toBeDefined();
    expect(isOurs(attachmentKeeperKey).keeper.load({}, noCode)).toEqual({
      attachments: {},
      missing: [],
    });
    const kinds = isOurs(workerKindsKey);
    for (const mode of ['sub_agent', 'top_level_agent', 'workflow', 'stage', 'delegated_stage']) {
      expect(kinds.find(mode), mode).toBeDefined();
    }
  });

  it('refuses a second service under a name that is taken', () => {
    const run = composed();
    const impostor: ServiceKey<object> = { name: workerStoreKey.name, create: () => ({}) };
    expect(() => run.get(impostor)).toThrow(/two services/);
  });
});

const nothing = () => undefined;
const noCode = { refOf: nothing, body: nothing, callback: nothing, tool: nothing };

describe('lists that are looked up when they are read', () => {
  it('read like any list', () => {
    expect(RUN_KEEPERS).toHaveLength(4);
    expect([...RUNTIME_PROJECTIONS].every((projection) => projection !== undefined)).toBe(true);
    expect(RUNTIME_PROJECTIONS.map(({ name }) => name)).toEqual([
      'run_index',
      'handoffs',
      'hitl_questions',
      'waitpoints',
      'workers',
    ]);
  });
});
