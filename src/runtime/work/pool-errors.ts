// Errors of pools, family POL. 001 and 002 have upstream's meaning; the others start at 101.
import { defineErrors, row } from '../../base/index.ts';

export const poolErrors = defineErrors('POL', {
  full: row<{ pool: string }>({
    number: 1,
    message: ({ pool }) =>
      `pool.submit: pool '${pool}' queue is full under fail_submitter backpressure`,
    hint: 'submit later, raise max_depth, or let the pool block its submitters',
    retry: {},
  }),
  noCapacity: row<{ pool: string }>({
    number: 2,
    message: ({ pool }) =>
      `pool.submit: pool '${pool}' has no immediate capacity under fail_fast backpressure`,
    hint: 'submit later, or give the pool a queue',
    retry: {},
  }),
  exists: row<{ pool: string; id: string }>({
    number: 101,
    message: ({ pool, id }) => `pool_create: pool '${pool}' already exists (id=${id})`,
    hint: 'use pool_get to reuse it',
  }),
  badOption: row<{ option: string; expected: string }>({
    number: 102,
    message: ({ option, expected }) => `pool_create: ${option} must be ${expected}`,
  }),
  unknownOption: row<{ call: string; option: string; known: string }>({
    number: 103,
    message: ({ call, option }) => `${call} has no option "${option}"`,
    hint: ({ known }) => `known are ${known}`,
  }),
  unknownChoice: row<{ option: string; choice: string; known: string }>({
    number: 104,
    message: ({ option, choice }) => `pool_create: there is no ${option} "${choice}"`,
    hint: ({ known }) => `use one of ${known}`,
  }),
  scopeElsewhere: row<{ scope: string }>({
    number: 105,
    message: ({ scope }) => `pool_create: a pool of scope "${scope}" needs a host that shares it`,
    hint: 'use the scope "pipeline"',
  }),
  unknownPool: row<{ pool: string }>({
    number: 106,
    message: ({ pool }) => `pool not found: ${pool}`,
    hint: 'create it with pool_create first; pools are visible in their own run',
  }),
  unknownTask: row<{ task: string }>({
    number: 107,
    message: ({ task }) => `task not found: ${task}`,
    hint: 'wait for a handle that pool.submit of this run gave',
  }),
  badSubmit: row<{ option: string; expected: string }>({
    number: 108,
    message: ({ option, expected }) => `pool.submit: ${option} must be ${expected}`,
  }),
  noResult: row<{ task: string; status: string; reason: string }>({
    number: 109,
    message: ({ task, status, reason }) => `pool task ${task} was ${status}: ${reason}`,
    hint: 'it never ran to its end, so there is no result',
  }),
  notAHandle: row<{ what: 'pool' | 'task' }>({
    number: 110,
    message: ({ what }) => `this is no ${what} of a pool: it is named by its text, or by {id}`,
    hint: 'give what pool_create or pool.submit gave',
  }),
});
