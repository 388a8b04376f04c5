// The set-up file beside this one is in force.
import { expect, it } from 'vitest';

it.each(['log', 'error', 'warn'] as const)('console.%s fails the test that calls it', (method) => {
  expect(() => console[method]('text')).toThrow(`console.${method} was called in a test: text`);
});
