import { describe, expect, it } from 'vitest';
import { HarnError } from '../base/index.ts';
import { createRegistry } from '../builtins/index.ts';
import { type Ctx, call, functionMeta, isSuspending, type Value } from '../values/index.ts';
import { bindBuiltins } from './bind.ts';
import type { CompiledProgram } from './compile.ts';
import { type CodeCache, link } from './link.ts';
import { compileSource, drive, linkForTest, makeCtx } from './run-source.fixture.ts';

function codeOf(run: () => unknown): string | undefined {
  try {
    run();
  } catch (error) {
    return HarnError.is(error) ? error.code : String(error);
  }
  return undefined;
}

describe('linking', () => {
  it('runs a program that was stored as JSON', () => {
    const stored = JSON.stringify(compileSource('fn f(x) { return x + 1 }\nprintln(f(1))'));
    const lines: string[] = [];
    drive(linkForTest(JSON.parse(stored) as CompiledProgram, lines).start(makeCtx(), []));
    expect(lines).toEqual(['2']);
  });

  it('gets the same code for the same text', () => {
    const source = 'let a = 1\nfn f(x) { return { y -> x + y + a } }\nprintln([1].map(f(1)))';
    expect(compileSource(source)).toEqual(compileSource(source));
  });

  it('keeps runs of one program apart', () => {
    const program = compileSource('let n = 0\npub fn bump() { n = n + 1\nreturn n }');
    const [a, b] = [linkForTest(program, []), linkForTest(program, [])];
    for (const live of [a, b]) drive(live.start(makeCtx(), []));
    const bump = (live: typeof a) => drive(call(live.exported('bump') as Value, makeCtx(), []));
    expect([bump(a), bump(a), bump(b)]).toEqual([1, 2, 1]);
  });

  it('runs no code of the program before it is started', () => {
    const lines: string[] = [];
    const live = linkForTest(compileSource('println("ran")'), lines);
    expect(lines).toEqual([]);
    drive(live.start(makeCtx(), []));
    expect(lines).toEqual(['ran']);
  });

  it('finds the entry and every pipeline with what each must be given', () => {
    const live = linkForTest(
      compileSource(
        'pipeline one(task, x) { 1 }\npipeline default(h: Harness, fs: HarnessFs) { 2 }',
      ),
      [],
    );
    expect(live.entryName()).toBe('default');
    expect(live.target().inputs).toEqual([{ kind: 'harness' }, { kind: 'handle', path: 'fs' }]);
    expect(live.hasPipeline('one')).toBe(true);
    expect(live.target('one').inputs).toEqual([
      { kind: 'named', name: 'task' },
      { kind: 'input', index: 0 },
    ]);
    expect(drive(live.startAt(makeCtx(), live.target('one').fn, []))).toBe(1);
    expect(codeOf(() => live.target('none'))).toBe('HARN-LNK-004');
  });

  it('refuses another ABI and builtins that are not there', () => {
    const program = compileSource('println(len([]))');
    const builtins = bindBuiltins(createRegistry());
    expect(codeOf(() => link({ ...program, abi: 0 }, { builtins }))).toBe('HARN-LNK-001');
    expect(codeOf(() => link(program, { builtins }))).toBe('HARN-LNK-002');
  });

  it('uses a code cache and survives a broken one', () => {
    const kept = new Map<string, Buffer>();
    const cache: CodeCache = {
      read: (hash) => kept.get(hash),
      write: (hash, code) => void kept.set(hash, code),
    };
    const program = compileSource('fn f() { return len([1]) }\nf()');
    const builtins = bindBuiltins(createRegistry());
    const run = () => drive(link(program, { builtins, codeCache: cache }).start(makeCtx(), []));
    run();
    expect(kept.size).toBe(1);
    run();
    for (const hash of kept.keys()) kept.set(hash, Buffer.from('not code'));
    expect(run()).toBeNull();
  });
});

describe('binding', () => {
  it('fills required arguments with nil and leaves optional ones away', () => {
    const seen: (readonly unknown[])[] = [];
    const registry = createRegistry();
    const row = registry.find('len');
    if (row === undefined) throw new Error('len is gone');
    const spy = (signature: string) => ({
      ...row,
      signature,
      impl: (_ctx: Ctx, ...args: Value[]) => {
        seen.push(args);
        return null;
      },
    });
    for (const signature of [
      'len(a: any, b: any, c?: any) -> int',
      'len(a: int?) -> int',
      'len(...xs: any) -> int',
    ]) {
      const source = bindBuiltins({ find: () => spy(signature) } as unknown as typeof registry);
      drive(call(source.resolve('len') as Value, makeCtx(), []));
    }
    expect(seen).toEqual([[null, null], [], []]);
  });

  it('binds once, describes builtins as such and gives constants as values', () => {
    const source = bindBuiltins(createRegistry());
    const len = source.resolve('len');
    expect(len).toBe(source.resolve('len'));
    expect(typeof len === 'function' && functionMeta(len).builtin).toBe(true);
    expect(source.resolve('pi')).toBeCloseTo(Math.PI);
    expect(source.resolve('no_such_builtin')).toBeUndefined();
    expect(source.resolveSync('len')).toBeUndefined();
  });

  it('lets a host wrap rows, but not change their colour', () => {
    const calls: string[] = [];
    const watched = bindBuiltins(createRegistry(), {
      wrap: (row, fn) =>
        isSuspending(fn)
          ? fn
          : (ctx, ...args) => {
              calls.push(row.name);
              return (fn as (ctx: Ctx, ...args: Value[]) => Value)(ctx, ...args);
            },
    });
    expect(drive(call(watched.resolve('len') as Value, makeCtx(), [[1, 2]]))).toBe(2);
    expect(calls).toEqual(['len']);
    const wrong = bindBuiltins(createRegistry(), {
      wrap: () =>
        function* () {
          yield 1;
          return null;
        },
    });
    expect(() => wrong.resolve('len')).toThrow('another colour');
  });
});
