// Errors of scenarios (SCN): files that script the outside of a program and cannot be used.
import { defineErrors, row } from '../base/index.ts';

export const scenarioErrors = defineErrors('SCN', {
  unknownKey: row<{ where: string; key: string; known: string }>({
    number: 1,
    message: ({ where, key }) => `${where} has the key ${JSON.stringify(key)}, which means nothing`,
    hint: ({ known }) => `it may have ${known}`,
  }),
  badValue: row<{ where: string; expected: string }>({
    number: 2,
    message: ({ where, expected }) => `${where} must be ${expected}`,
  }),
  notJson: row<{ path: string; reason: string }>({
    number: 3,
    message: ({ path, reason }) => `${path} is not JSON: ${reason}`,
  }),
  noAnswer: row<{ asked: string }>({
    number: 4,
    message: ({ asked }) => `the scenario has no answer (left) for ${asked}`,
    hint: 'add one; an answer is given once unless it has "repeat": true',
  }),
});
