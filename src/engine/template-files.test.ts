// The templates that programs name: found where `render` finds them, judged before anything is rendered.
import { describe, expect, it } from 'vitest';
import { createChecker } from './checker-load.ts';
import type { SourceFs } from './loader.ts';
import { loadTemplateFiles } from './template-load.ts';

function memoryFs(files: Readonly<Record<string, string>>): SourceFs {
  return {
    kind: (file) => (file in files ? 'file' : undefined),
    read: (file) => new TextEncoder().encode(files[file]),
    realPath: (file) => file,
  };
}

const FILES = {
  '/p/harn.toml': '[asset_roots]\nparts = "src/parts"\n',
  '/p/src/hi.prompt': '{{ name }} {{ include "@parts/sign.prompt" with { by: me } }}',
  '/p/src/parts/sign.prompt': '{{ by }} {{ if at }}{{ at }}{{ end }} {{ place }}',
  '/p/src/any.prompt': '{{ include which }}',
  '/p/src/round.prompt': '{{ a }}{{ include "round.prompt" }}',
  '/p/src/open.prompt': 'Hi\n{{ if a }}',
};

describe('templates of programs', () => {
  const facts = async (path: string) => {
    const files = await loadTemplateFiles('/p', memoryFs(FILES));
    const found = files.facts('src/main.harn', path);
    if (found.kind !== 'template') return found;
    const { used, needed, isWhole } = found;
    return { used: [...used].sort(), needed: [...needed].sort(), isWhole };
  };

  it('take what they and what they include take, beside what they give it', async () => {
    const taken = {
      used: ['at', 'by', 'me', 'name', 'place'],
      needed: ['me', 'name', 'place'],
      isWhole: true,
    };
    expect(await facts('hi.prompt')).toEqual(taken);
    expect(await facts('@/src/hi.prompt')).toEqual(taken);
    expect(await facts('../src/hi.prompt')).toEqual(taken);
  });

  it('take more than is known where they include what is computed, or themselves', async () => {
    expect(await facts('any.prompt')).toEqual({
      used: ['which'],
      needed: ['which'],
      isWhole: false,
    });
    expect(await facts('round.prompt')).toEqual({ used: ['a'], needed: ['a'], isWhole: false });
  });

  it('are missing where there is no file or no root, broken where they cannot be rendered', async () => {
    expect(await facts('gone.prompt')).toEqual({ kind: 'missing' });
    expect(await facts('@nowhere/hi.prompt')).toEqual({ kind: 'missing' });
    expect(await facts('open.prompt')).toMatchObject({ kind: 'broken', line: 2 });
  });

  it('are told by a check, anew when they have changed', async () => {
    const program = [
      'log(render("src/hi.prompt", {}))',
      'log(render("gone.prompt", {}))',
      'log(render("src/open.prompt", {}))',
      'log(render("a" + ".prompt", {}))',
    ].join('\n');
    const files: { [path: string]: string } = { ...FILES, '/p/main.harn': program };
    const checker = await createChecker({ cwd: '/p', fs: memoryFs(files) });
    const told = async () => {
      const { diagnostics } = await checker.check('main.harn');
      return diagnostics.map(({ severity, code, span }) => {
        return `${severity} ${code} ${program.slice(span.start, span.end)}`;
      });
    };
    expect(await told()).toEqual([
      'warning HARN-PRM-007 "gone.prompt"',
      'error HARN-PRM-001 "src/open.prompt"',
    ]);
    files['/p/gone.prompt'] = 'here';
    files['/p/src/open.prompt'] = 'closed';
    checker.refresh();
    expect(await told()).toEqual([]);
    expect(checker.reused).toBe(1);
  });
});
