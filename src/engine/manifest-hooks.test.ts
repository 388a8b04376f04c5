// Hooks that a project declares: found, compiled with the program, and refused where they make no sense.
import { describe, expect, it } from 'vitest';
import { link } from './link.ts';
import type { SourceFs } from './loader.ts';
import { loadProgram, refreshProgram } from './program.ts';

function memoryFs(files: Readonly<Record<string, string>>): SourceFs {
  return {
    kind: (file) => (file in files ? 'file' : undefined),
    read: (file) => new TextEncoder().encode(files[file]),
    realPath: (file) => file,
  };
}

const hook = (handler: string, event = 'PreToolUse', more = '') =>
  `[[hooks]]\nevent = "${event}"\nhandler = "${handler}"\n${more}`;

const LIB = 'pub fn first(event) { return nil }\npub fn second(event) { return nil }\n';

const load = (files: Readonly<Record<string, string>>, hooks = true) =>
  loadProgram(
    { path: 'main.harn' },
    { cwd: '/p', hooks, fs: memoryFs({ '/p/main.harn': 'println("x")\n', ...files }) },
  );

describe('hooks of a manifest', () => {
  it('are kept with the program, in order, with the modules that their functions are in', async () => {
    const manifest = [
      '[package]\nname = "mine"\n[exports]\nguards = "rules/guards.harn"\n',
      hook('mine::second', 'PostToolUse', 'pattern = "read_*"\n'),
      hook('guards::judge', 'pre_finish'),
      hook('first'),
      hook('other::far', 'WorkerFailed'),
    ].join('');
    const { program, diagnostics } = await load({
      '/p/harn.toml': manifest,
      '/p/lib.harn': LIB,
      '/p/rules/guards.harn':
        'import { word } from "./words"\npub fn judge(event) { return word() }\n',
      '/p/rules/words.harn': 'pub fn word() { return "no" }\n',
      '/p/.harn/packages/other/lib.harn': 'pub fn far(event) { return nil }\n',
    });
    expect(diagnostics).toEqual([]);
    expect(
      program?.hooks?.map(({ event, pattern, module, fn }) => [event, pattern, module, fn]),
    ).toEqual([
      ['PostToolUse', 'read_*', 'lib.harn', 'second'],
      ['pre_finish', null, 'rules/guards.harn', 'judge'],
      ['PreToolUse', null, 'lib.harn', 'first'],
      ['WorkerFailed', null, '.harn/packages/other/lib.harn', 'far'],
    ]);
    const ids = program?.modules.map(({ id }) => id) ?? [];
    expect(ids.indexOf('rules/words.harn')).toBeLessThan(ids.indexOf('rules/guards.harn'));
    expect(ids.filter((id) => id === 'lib.harn')).toHaveLength(1);
  });

  it('share a module with the program that imports it', async () => {
    const { program } = await load({
      '/p/harn.toml': hook('first'),
      '/p/lib.harn': LIB,
      '/p/main.harn': 'import { second } from "./lib"\nprintln(second(1))\n',
    });
    expect(program?.modules.map(({ id }) => id)).toEqual(['lib.harn', 'main.harn']);
    expect(program?.hooks).toHaveLength(1);
  });

  it('are compiled again with a stored program that another build made', async () => {
    const { program } = await load({ '/p/harn.toml': hook('first'), '/p/lib.harn': LIB });
    if (program === undefined) throw new Error('it does not compile');
    const again = await refreshProgram({ ...program, abi: -1, modules: [] });
    expect(again.hooks).toEqual(program.hooks);
    expect(again.modules).toEqual(program.modules);
    expect(() =>
      link(program, { builtins: { resolve: () => null, resolveSync: () => undefined } }),
    ).not.toThrow();
  });

  it('are left out where a program is only looked at', async () => {
    const { program } = await load({ '/p/harn.toml': hook('first'), '/p/lib.harn': LIB }, false);
    expect(program?.hooks).toBeUndefined();
    expect(program?.modules.map(({ id }) => id)).toEqual(['main.harn']);
  });

  it.each([
    [hook('first', 'PreLunch'), 'no event "PreLunch"'],
    [hook('first second'), 'a handler is'],
    [hook('first'), 'lib.harn beside it'],
    [hook('nowhere::first'), 'no module nowhere'],
    ['[[hooks]]\nevent = "PreToolUse"\nhandler = "a::b"\npattern = 1\n', 'a pattern is a text'],
    ['hooks = "first"\n', 'below [[hooks]]'],
  ])('that say %j are refused', async (manifest, reason) => {
    const refused = load({ '/p/harn.toml': manifest });
    await expect(refused).rejects.toMatchObject({ code: 'HARN-SRC-007' });
    await expect(refused).rejects.toThrow(reason);
  });

  it('whose function is not there, or not public, stop the program with the place', async () => {
    const { program, diagnostics, sources } = await load({
      '/p/harn.toml': hook('third'),
      '/p/lib.harn': LIB,
    });
    expect(program).toBeUndefined();
    const found = diagnostics.find(({ severity }) => severity === 'error');
    expect(found?.message).toContain('third');
    expect(sources.map(({ id }) => id)).toContain(found?.span.source);
  });
});
