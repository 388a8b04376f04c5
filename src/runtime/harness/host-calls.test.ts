// The host boundary from TypeScript: what an embedding program offers, what this process serves, what tests prepare; and that
// a kill at any commit makes no call twice.
import { describe, expect, it } from 'vitest';
import { openStore } from '../../store/index.ts';
import type { HostCapability, HostOperation } from '../boundary/index.ts';
import { createRuntime, RUNTIME_PROJECTIONS } from '../compose.ts';
import { createMockHost, type MockHost } from '../host/index.ts';
import { stoppingStore } from '../run/stopping-store.fixture.ts';
import { type Harness, pipeline } from './index.ts';
import type { RuntimeOptions } from './runtime.ts';

type Offer = Pick<RuntimeOptions, 'hostCapabilities' | 'hostTools'>;

const memory = () => openStore({ url: 'memory:', projections: RUNTIME_PROJECTIONS });

async function run<R>(
  fn: (harness: Harness) => Promise<R>,
  offer: Offer = {},
  host: MockHost = createMockHost(),
): Promise<R> {
  let value: { readonly of: R } | undefined;
  const body = pipeline('test', async (harness) => {
    value = { of: await fn(harness) };
  });
  await using store = await memory();
  const result = await createRuntime({ store, pipelines: [body], host, ...offer }).start(body, null)
    .done;
  if (result.status === 'failed') throw result.error;
  return (value as { readonly of: R }).of;
}

function editor(operations: { readonly [name: string]: HostOperation }) {
  const capability: HostCapability = { description: 'The editor.', operations };
  return { hostCapabilities: { editor: capability } };
}

describe('capabilities of an embedding program', () => {
  it('are called by name, with the arguments and a key', async () => {
    const offer = editor({
      open: {
        call: ({ path = null }, { idempotencyKey }) => ({ path, keyed: idempotencyKey !== '' }),
      },
    });
    const answer = await run((h) => h.host.call('editor.open', { path: 'a.ts' }), offer);
    expect(answer).toEqual({ path: 'a.ts', keyed: true });
  });

  it('are in the manifest beside those of this process', async () => {
    const offer = editor({ open: { description: 'Opens a file.', call: () => null } });
    const manifest = await run(async (h) => h.host.capabilities(), offer);
    expect(manifest['editor']).toEqual({
      description: 'The editor.',
      operations: { open: { description: 'Opens a file.' } },
    });
    expect(Object.keys(manifest)).toEqual(
      expect.arrayContaining(['process', 'workspace', 'runtime']),
    );
  });

  it('stand instead of what this process serves under the same name', async () => {
    const hostCapabilities = {
      workspace: { operations: { read_text: { class: 'read' as const, call: () => 'theirs' } } },
    };
    const host = createMockHost({ files: { '/work/a.txt': 'ours' } });
    const texts = await run(
      async (h) => [
        await h.host.call('workspace.read_text', { path: 'a.txt' }),
        await h.host.call('workspace.exists', { path: 'a.txt' }),
      ],
      { hostCapabilities },
      host,
    );
    expect(texts).toEqual(['theirs', true]);
  });

  it('are refused by name, by kind and as a whole', async () => {
    const offer = editor({
      look: { class: 'read', call: () => 1 },
      open: { call: () => 1 },
    });
    const refusals = await run(async (h) => {
      const text = (promise: Promise<unknown>) =>
        promise.then(String, (error: Error) => error.message);
      return [
        await text(h.without('host:write').host.call('editor.look')),
        await text(h.without('host:write').host.call('editor.open')),
        await text(h.without('host').host.call('editor.look')),
        await text(h.without('host.editor.look').host.call('editor.look')),
      ];
    }, offer);
    expect(refusals[0]).toBe('1');
    for (const text of refusals.slice(1)) expect(text).toContain('denied');
  });

  it('that nobody serves are refused with what there is', async () => {
    const error = await run((h) => h.host.call('garden.water').catch((caught: unknown) => caught));
    expect(error).toMatchObject({ code: 'HARN-HOS-001' });
    expect(error).toHaveProperty('hint', expect.stringContaining('workspace'));
  });

  it('fail with what they throw', async () => {
    const offer = editor({
      open: {
        call: () => {
          throw new Error('the editor is closed');
        },
      },
    });
    await expect(run((h) => h.host.call('editor.open'), offer)).rejects.toThrow(
      'the editor is closed',
    );
  });

  it('make no call twice when the run is killed after any commit', async () => {
    for (let limit = 1; limit < 30; limit += 1) {
      const made: string[] = [];
      const offer = editor({
        look: { class: 'read', call: () => (made.push('look') > 0 ? 'seen' : null) },
        open: { call: ({ path = null }) => made.push(`open ${String(path)}`) },
      });
      const body = pipeline('test', async (h) => {
        const seen = await h.host.call('editor.look');
        await h.host.call('editor.open', { path: 'a' }).catch(() => undefined);
        await h.host.call('editor.open', { path: 'b' }).catch(() => undefined);
        return seen;
      });
      await using store = await memory();
      let isDead = false;
      const stopping = stoppingStore(store, limit, () => {
        isDead = true;
      });
      const host = createMockHost();
      const first = createRuntime({ store: stopping.store, pipelines: [body], host, ...offer });
      const handle = first.start(body, null);
      const ended = handle.done.then(() => true);
      let over = false;
      while (!over && !isDead) {
        over = await Promise.race([ended, new Promise<boolean>((ok) => setImmediate(ok, false))]);
      }
      if (!isDead) return;
      for (let i = 0; i < 20; i += 1) await new Promise((ok) => setImmediate(ok));
      const second = createRuntime({ store, pipelines: [body], host, ...offer });
      const result = await (await second.resume(handle.id, { force: true })).done;
      expect(result, `killed after commit ${limit}`).toMatchObject({
        status: 'settled',
        returned: 'seen',
      });
      const opened = made.filter((each) => each.startsWith('open'));
      expect(opened.length, `killed after commit ${limit}`).toBe(new Set(opened).size);
    }
    throw new Error('the program never came to its end');
  });
});

describe('tools of an embedding program', () => {
  it('are listed and called', async () => {
    const hostTools = {
      Read: { description: 'Reads.', schema: { type: 'object' }, call: () => 'text' },
    };
    const [tools, answer, missing] = await run(
      async (h) => [
        h.host.tools(),
        await h.host.callTool('Read', { path: 'a' }),
        await h.host.callTool('Write').catch((error: Error) => error.message),
      ],
      { hostTools },
    );
    expect(tools).toEqual([
      { name: 'Read', description: 'Reads.', schema: { type: 'object' }, deprecated: null },
    ]);
    expect(answer).toBe('text');
    expect(missing).toContain('the host has no tool "Write"');
  });
});

describe('what this process serves', () => {
  it('runs commands and gives an envelope', async () => {
    const host = createMockHost();
    host.onCommand('make', { exitCode: 2, stdout: 'out', stderr: 'err' });
    const made = await run(
      (h) => h.host.call('process.exec', { mode: 'argv', argv: ['make'], cwd: '/work' }),
      {},
      host,
    );
    expect(made).toMatchObject({
      status: 'completed',
      exit_code: 2,
      success: false,
      stdout: 'out',
      combined: 'outerr',
      mode: 'argv',
      command_id: expect.stringMatching(/^cmd_[0-9a-f]{16}$/),
      pid: expect.any(Number),
    });
  });

  it('finds shells and hands lines to them', async () => {
    const host = createMockHost({
      env: { SHELL: '/bin/zsh' },
      files: { '/bin/zsh': '', '/bin/sh': '', '/etc/shells': '# all\n/usr/bin/fish\n/bin/sh\n' },
    });
    const found = await run(
      async (h) => [
        await h.host.call('process.list_shells'),
        await h.host.call('process.set_default_shell', { shell_id: 'sh' }),
        await h.host.call('process.shell_invocation', { command: 'ls', login: true }),
      ],
      {},
      host,
    );
    expect(found[0]).toMatchObject({
      default_shell_id: 'zsh',
      shells: [{ id: 'zsh' }, { id: 'sh' }],
    });
    expect(found[2]).toMatchObject({
      program: '/bin/sh',
      args: ['-l', '-c', 'ls'],
      command_arg_index: 2,
      shell: { id: 'sh', source: 'fallback' },
    });
  });

  it.each([
    [{ mode: 'argv' }, '`argv` must be'],
    [{ mode: 'shell' }, '`command` must be'],
    [{ mode: 'telnet', argv: ['a'] }, '`mode` must be'],
    [{ argv: ['a'], timeout_ms: 'soon' }, '`timeout_ms` must be a number'],
    [{ mode: 'shell', command: 'a', shell_id: 'pwsh' }, 'there is no shell "pwsh"'],
  ])('refuses a command that makes no sense: %j', async (params, said) => {
    const text = await run((h) =>
      h.host.call('process.exec', params).catch((error: Error) => error.message),
    );
    expect(text).toContain(said);
  });
});

describe('answers that a test prepares', () => {
  it('go before everything else and are counted', async () => {
    const [answers, calls] = await run(
      async ({ host, testing }) => {
        testing.hostMock('editor', 'open', 'usual');
        testing.hostMock('editor', 'open', { result: 'special', params: { path: 'b' } });
        const given = [
          await host.call('editor.open', { path: 'a' }),
          await host.call('editor.open', { path: 'b', line: 3 }),
        ];
        return [given, testing.hostMockCalls()];
      },
      editor({ open: { call: () => 'real' } }),
    );
    expect(answers).toEqual(['usual', 'special']);
    expect(calls).toEqual([
      { capability: 'editor', operation: 'open', params: { path: 'a' } },
      { capability: 'editor', operation: 'open', params: { path: 'b', line: 3 } },
    ]);
  });

  it('fail with the text that was prepared', async () => {
    const error = await run(async ({ host, testing }) => {
      testing.hostMock('editor', 'open', { error: 'no display' });
      return host.call('editor.open').catch((caught: unknown) => caught);
    });
    expect(error).toMatchObject({ code: 'HARN-HOS-004', message: 'no display' });
  });

  it('answer questions to people', async () => {
    const size = await run(async ({ interaction, testing }) => {
      testing.hostMock('hitl', 'question', { answer: '9' });
      return interaction.askUser('How many?', { default: 1 });
    });
    expect(size).toBe(9);
  });
});
