// Family SYN: what tasks of one run share and wait for. ORC 11 and 12 have upstream's meaning.
import { defineErrors, row } from '../../../base/index.ts';

export const syncErrors = defineErrors('SYN', {
  badOption: row<{ call: string; option: string; expected: string }>({
    number: 1,
    message: ({ call, option, expected }) => `${call}: ${option} must be ${expected}`,
  }),
  otherCapacity: row<{ kind: string; key: string; known: number; asked: number }>({
    number: 2,
    message: ({ kind, key, known, asked }) =>
      `${kind} "${key}" has a capacity of ${known}; it cannot be used with ${asked}`,
    hint: 'whoever uses a key first sets its capacity; use the same one everywhere, or another key',
  }),
  stopping: row<{ task: string }>({
    number: 3,
    message: () => 'kind:cancelled:VM cancelled by host',
    hint: ({ task }) => `${task} was asked to stop; clean up and return`,
  }),
  raceLost: row<{ count: number; reasons: string }>({
    number: 4,
    message: ({ count, reasons }) => `parallel_race: all ${count} tasks failed: ${reasons}`,
  }),
  raceEmpty: row<Record<never, never>>({
    number: 5,
    message: () => 'parallel_race: there is nothing to race',
    hint: 'give at least one item',
  }),
  notANumber: row<{ type: string }>({
    number: 6,
    message: ({ type }) => `atomic_add: the value is not an int but ${type}`,
  }),
  mailboxName: row<{ call: string }>({
    number: 7,
    message: ({ call }) => `${call}: a mailbox needs a name`,
  }),
  unknownCircuit: row<{ name: string }>({
    number: 8,
    message: ({ name }) => `there is no circuit breaker "${name}"`,
    hint: 'make it with circuit_breaker(name, threshold, reset_ms) first',
  }),
  unknownSupervisor: row<{ id: string }>({
    number: 11,
    message: ({ id }) => `there is no supervisor ${id} in this run`,
  }),
  unknownScope: row<{ scope: string; known: string }>({
    number: 9,
    message: ({ scope }) => `there is no scope "${scope}"`,
    hint: ({ known }) => `use one of ${known}`,
  }),
  scopeIsEmpty: row<{ scope: string; needs: string }>({
    number: 10,
    message: ({ scope, needs }) => `the scope "${scope}" needs ${needs}`,
  }),
});

/** Family ORC: waits that cannot end. */
export const deadlockErrors = defineErrors('ORC', {
  selfDeadlock: row<{ task: string; lock: string }>({
    number: 11,
    message: ({ task, lock }) => `${task} waits for ${lock}, which it holds itself`,
    hint: 'locks are not re-entrant: release it first, or take it once around both parts',
  }),
  waitCycle: row<{ cycle: string }>({
    number: 12,
    message: ({ cycle }) => `these tasks wait for each other in a circle: ${cycle}`,
    hint: 'take the locks in the same order everywhere, or give a timeout',
  }),
});
