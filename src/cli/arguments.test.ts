import { expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { type ArgumentSpec, parseArguments } from './arguments.ts';

const spec: ArgumentSpec = {
  command: 'harn paint',
  positionals: [{ name: 'WHAT' }, { name: 'WHERE', optional: true }],
  options: [
    { name: 'color', short: 'c', value: 'COLOR', choices: ['red', 'blue'], help: '' },
    { name: 'without', value: 'PART', repeat: true, help: '' },
    { name: 'wet', help: '' },
    { name: 'coats', value: 'N', mayLackValue: true, ownWord: /^\d+$/, help: '' },
    { name: 'help', short: 'h', help: '' },
  ],
};

/** The code of the usage error. */
function mistake(...argv: string[]): string {
  try {
    parseArguments(argv, spec);
  } catch (error) {
    if (HarnError.is(error)) return error.message;
    throw error;
  }
  return 'no mistake';
}

it('reads options before, between and after arguments, with space or equals sign', () => {
  const args = parseArguments(['--wet', 'wall', '-c', 'red', 'kitchen', '--without=door'], spec);
  expect(args.positionals).toEqual(['wall', 'kitchen']);
  expect(args.value('color')).toBe('red');
  expect(args.has('wet')).toBe(true);
  expect(args.has('help')).toBe(false);
});

it('collects what is repeated and what is a list', () => {
  const args = parseArguments(['wall', '--without', 'door, window', '--without', 'roof'], spec);
  expect(args.list('without')).toEqual(['door', 'window', 'roof']);
  expect(args.list('color')).toEqual([]);
});

it('takes what follows the dashes as it is', () => {
  expect(parseArguments(['--', '--wet'], spec).positionals).toEqual(['--wet']);
  const passing = parseArguments(['wall', '--', '--wet'], { ...spec, passesRest: true });
  expect(passing.positionals).toEqual(['wall']);
  expect(passing.rest).toEqual(['--wet']);
});

it.each([
  [['wall', '--coats', '3'], '3', ['wall']],
  [['--coats', 'wall'], undefined, ['wall']],
  [['wall', '--coats'], undefined, ['wall']],
  [['--coats=2', '3'], '2', ['3']],
])(
  '%j: a value that may be lacking is the next word only when it looks so',
  (argv, value, rest) => {
    const args = parseArguments(argv, spec);
    expect(args.has('coats')).toBe(true);
    expect(args.value('coats')).toBe(value);
    expect(args.positionals).toEqual(rest);
  },
);

it('does not miss arguments when help is asked for', () => {
  expect(parseArguments(['-h'], spec).has('help')).toBe(true);
});

it.each([
  [['wall', '--colour', 'red'], '`harn paint` has no option `--colour` (did you mean `--color`?)'],
  [['wall', '--zzz'], '`harn paint` has no option `--zzz`'],
  [['wall', '-c'], '`-c` needs a value: `-c COLOR`'],
  [['wall', '-c', 'green'], '`green` is not a value of `-c`: it is one of red, blue'],
  [['wall', '--wet=very'], '`--wet` takes no value'],
  [[], '`harn paint` needs WHAT'],
  [['a', 'b', 'c'], '`harn paint` does not take `c`'],
])('%j is refused with: %s', (argv, message) => {
  expect(mistake(...argv)).toBe(message);
});
