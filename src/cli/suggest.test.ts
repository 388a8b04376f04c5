import { expect, it } from 'vitest';
import { nearest } from './suggest.ts';

it.each([
  ['chekc', ['check', 'run'], 'check'],
  ['--JSON', ['--json', '--strict'], '--json'],
  ['res', ['resume', 'run'], 'resume'],
  ['doct', ['doctor', 'explain'], 'doctor'],
  ['zebra', ['check', 'run'], undefined],
  ['x', [], undefined],
])('%s among %j means %s', (typed, candidates, meant) => {
  expect(nearest(typed, candidates)).toBe(meant);
});
