// Logins at MCP servers: a person allows one in a (fake) browser, later runs use and renew it, and no token shows anywhere.
import { spawn } from 'node:child_process';
import { chmodSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { HarnError, type Harness, type Json } from '../../src/index.ts';
import { pipeline } from '../../src/runtime/harness/index.ts';
import type { Host } from '../../src/runtime/host/index.ts';
import { createRuntime } from '../../src/runtime/index.ts';
import { type LoginAsk, logIn, logOut, type McpServerConfig } from '../../src/runtime/mcp/index.ts';
import { openStore } from '../../src/store/index.ts';
import { sharedHarn } from '../cli/shared-build.ts';
import { AuthServer, type AuthServerOptions } from './auth-server.ts';
import { newScene, type Scene } from './scene.ts';

let harnBin: string;
beforeAll(async () => {
  harnBin = await sharedHarn();
}, 120_000);

let scene: Scene;
let host: Host;
let server: AuthServer;
beforeEach(async () => {
  scene = newScene();
  host = withConfig(scene);
  server = await new AuthServer().start();
});
afterEach(async () => {
  await server.stop();
  scene.dispose();
});

/** The host of a user whose configuration is in the scene's folder. */
function withConfig({ host: real, dir }: Scene): Host {
  const config = (name: string) => (name === 'XDG_CONFIG_HOME' ? dir : real.env.get(name));
  return { ...real, env: { ...real.env, get: config } };
}

async function restarted(options: AuthServerOptions): Promise<void> {
  await server.stop();
  server = await new AuthServer(options).start();
}

const folder = () => path.join(scene.dir, 'harn', 'mcp-logins');
const files = () => (existsSync(folder()) ? readdirSync(folder()) : []);
const fileOf = () => path.join(folder(), files()[0] as string);

const REDIRECT = 'http://127.0.0.1:1/callback';

/** Logs in as somebody who allows everything; nothing listens, the redirect is read instead of followed. */
function login(ask: Partial<LoginAsk> = {}) {
  return logIn(host, {
    name: 'guarded',
    url: server.url,
    redirectUri: REDIRECT,
    authorize: async (address) => {
      const { headers } = await fetch(address, { redirect: 'manual' });
      return new URL(headers.get('location') ?? '').searchParams;
    },
    ...ask,
  });
}

const codeOf = (call: Promise<unknown>) =>
  call.then(
    () => 'no error',
    (error: unknown) => (HarnError.is(error) ? error.code : String(error)),
  );

/** Runs a body; nothing that the server gave out may be in what is left of it. */
async function ran(body: (harness: Harness) => Promise<Json>): Promise<Json> {
  const file = path.join(scene.dir, 'store.sqlite');
  const store = await openStore(file);
  const work = pipeline('work', body);
  const runtime = createRuntime({ store, pipelines: [work], host });
  const handle = runtime.start(work, null);
  const events: unknown[] = [];
  handle.listen((event) => events.push(event));
  const result = await handle.done;
  await store.close();
  const left = readdirSync(scene.dir)
    .filter((name) => name.startsWith('store.sqlite'))
    .map((name) => readFileSync(path.join(scene.dir, name), 'latin1'));
  const seen = `${left.join()}${JSON.stringify([events, result])}`;
  for (const secret of server.given) expect(seen).not.toContain(secret);
  if (result.status === 'settled') return result.returned;
  throw result.status === 'failed' ? result.error : new Error('parked');
}

const guarded = (more: Partial<McpServerConfig> = {}): McpServerConfig => ({
  name: 'guarded',
  url: server.url,
  ...more,
});

/** A command line of this user; `said` resolves with the first match in what it prints. */
function harn(...args: readonly string[]) {
  const child = spawn(process.execPath, [harnBin, ...args], {
    cwd: scene.dir,
    env: { ...process.env, XDG_CONFIG_HOME: scene.dir, NO_COLOR: '1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [out, all] = ['', ''];
  const waiting: (() => void)[] = [];
  child.stdout.on('data', (bytes: Buffer) => {
    out += bytes.toString();
  });
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (bytes: Buffer) => {
      all += bytes.toString();
      for (const look of waiting) look();
    });
  }
  const done = new Promise<{ code: number | null; out: string; all: string }>((resolve) =>
    child.once('close', (code) => resolve({ code, out, all })),
  );
  const said = (pattern: RegExp) =>
    new Promise<string>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(all)?.[0];
        if (found !== undefined) resolve(found);
      };
      waiting.push(look);
      look();
      void done.then(() => reject(new Error(all)));
    });
  return { done, said };
}

describe('harn mcp login', () => {
  it('prints the address, takes the one answer that belongs to it, and keeps the login to its user', async () => {
    const args = ['--no-browser', '--redirect-uri', 'http://127.0.0.1:0/callback'];
    const command = harn('mcp', 'login', server.url, ...args);
    const address = await command.said(/http:\S+authorize\S+(?=\n)/);
    const redirect = new URL(address).searchParams.get('redirect_uri') ?? '';
    expect((await fetch(`${redirect}?code=x&state=y`)).status).toBe(400);
    expect((await fetch(redirect.replace('callback', 'else'))).status).toBe(404);
    expect((await server.browse(address)).status).toBe(200);
    const { code, all } = await command.done;
    expect([code, all]).toEqual([0, expect.stringContaining('Logged in at')]);
    expect(statSync(fileOf()).mode & 0o777).toBe(0o600);
    expect(statSync(folder()).mode & 0o777).toBe(0o700);
    expect(files().length).toBe(1);

    const status = await harn('mcp', 'status', server.url, '--json').done;
    expect(JSON.parse(status.out).data.login).toMatchObject({ scope: 'read', refreshable: true });
    writeFileSync(
      path.join(scene.dir, 'harn.toml'),
      `[[mcp]]\nname = "desk"\nurl = "${server.url}"\n`,
    );
    const listed = await harn('mcp', 'list').done;
    expect(listed.out).toMatch(/desk\s+http\S+\s+renewed by itself/);
    const out = await harn('mcp', 'logout', 'desk').done;
    expect(out.code).toBe(0);
    expect([files(), server.counts.revoke]).toEqual([[], 1]);
    expect((await harn('mcp', 'status', 'desk').done).code).toBe(1);
    for (const secret of server.given)
      expect(`${all}${status.all}${listed.all}`).not.toContain(secret);
  });

  it('gives up after its time, and says so', async () => {
    const args = ['--no-browser', '--redirect-uri', 'http://127.0.0.1:0/x', '--timeout', '0.2'];
    const { code, all } = await harn('mcp', 'login', server.url, ...args).done;
    expect([code, all]).toEqual([1, expect.stringContaining('HARN-CLI-186')]);
    expect(files()).toEqual([]);
  });

  it('refuses to come back to another machine, and processes', async () => {
    const elsewhere = await harn('mcp', 'login', server.url, '--redirect-uri', 'http://e.test/')
      .done;
    expect(elsewhere.code).toBe(2);
    writeFileSync(path.join(scene.dir, 'harn.toml'), '[[mcp]]\nname = "p"\ncommand = "x"\n');
    expect((await harn('mcp', 'login', 'p').done).all).toContain('HARN-CLI-185');
    expect((await harn('mcp', 'login', 'q').done).all).toContain('HARN-MCP-004');
  });
});

describe('logging in', () => {
  it('registers a client once, and uses it again', async () => {
    await login();
    await login();
    expect(server.counts.register).toBe(1);
    await login({ redirectUri: 'http://127.0.0.1:2/callback' });
    expect(server.counts.register).toBe(2);
  });

  it('uses the client that it is given, and needs one where nobody can register', async () => {
    await restarted({ closed: true });
    expect(await codeOf(login())).toBe('HARN-MCP-016');
    server.clients.set('mine', { secret: 'client-secret-1', redirects: [REDIRECT] });
    expect(await codeOf(login({ clientId: 'mine', clientSecret: 'wrong' }))).toBe('HARN-MCP-017');
    expect(files()).toEqual([]);
    const facts = await login({ clientId: 'mine', clientSecret: 'client-secret-1' });
    expect(facts).toMatchObject({ name: 'guarded', scope: 'read' });
  });

  it('takes no answer of another login or of another authorization server', async () => {
    const foreign = async (address: URL) => {
      const { headers } = await fetch(address, { redirect: 'manual' });
      const query = new URL(headers.get('location') ?? '').searchParams;
      query.set('state', 'another');
      return query;
    };
    expect(await codeOf(login({ authorize: foreign }))).toBe('HARN-MCP-017');
    await restarted({ issuer: 'http://evil.test' });
    expect(await codeOf(login())).toBe('HARN-MCP-017');
    expect([files(), server.counts.code]).toEqual([[], 0]);
  });

  it('says what was refused', async () => {
    const denied = async (_address: URL, state: string) =>
      new URLSearchParams({
        state,
        error: 'access_denied',
        error_description: 'see http://evil.test',
      });
    const error = await login({ authorize: denied }).catch((thrown: Error) => thrown);
    expect(String(error)).toContain('access_denied');
    expect(String(error)).not.toContain('evil');
  });
});

describe('a run at a server that wants a login', () => {
  it('uses it, and says how to get one where there is none', async () => {
    const error = await ran((harness) =>
      harness.mcp.connect(guarded()).then(
        () => '',
        (thrown: HarnError) => `${thrown.code} ${thrown.hint}`,
      ),
    );
    expect(error).toMatch(/^HARN-MCP-009 .*harn mcp login guarded/);
    await login();
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(guarded());
      return client.call('look');
    });
    expect(seen).toBe('look');
  });

  it('renews a token once for all calls and all runs that need it', async () => {
    await login();
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(guarded());
      server.expireAll();
      const all = await Promise.all([1, 2, 3, 4].map(() => client.call('look')));
      server.expireAll();
      const others = await Promise.all([
        harness.mcp.connect(guarded({ name: 'a' })),
        harness.mcp.connect(guarded({ name: 'b' })),
      ]);
      return [...all, ...others.map(({ name }) => name)];
    });
    expect(seen).toEqual(['look', 'look', 'look', 'look', 'a', 'b']);
    expect(server.counts.refresh).toBe(2);
  });

  it('renews before the end, and goes on when another process has renewed', async () => {
    await restarted({ expiresIn: 20 });
    await login();
    expect(await ran(async (harness) => (await harness.mcp.connect(guarded())).call('look'))).toBe(
      'look',
    );
    expect(server.counts.refresh).toBeGreaterThan(0);
    await restarted({});
    await login();
    const before = server.counts.refresh;
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(guarded());
      server.expireAll();
      await login();
      return client.call('look');
    });
    expect([seen, server.counts.refresh - before]).toEqual(['look', 0]);
  });

  it('breaks the lock of a process that is gone', async () => {
    await login();
    const gone = { ...(await host.system.identity()), pid: 2 ** 22, startTime: 'never' };
    writeFileSync(`${fileOf()}.lock`, JSON.stringify(gone));
    server.expireAll();
    const seen = await ran(async (harness) => (await harness.mcp.connect(guarded())).call('look'));
    expect(seen).toBe('look');
    expect(files().filter((name) => name.endsWith('.lock'))).toEqual([]);
  });

  it('asks for a new login when the old one is over, or somebody else could read it', async () => {
    await login();
    await logOutAtServerOnly();
    expect(await ran((harness) => codeOf(harness.mcp.connect(guarded())))).toBe('HARN-MCP-009');
    chmodSync(fileOf(), 0o644);
    expect(await ran((harness) => codeOf(harness.mcp.connect(guarded())))).toBe('HARN-MCP-018');
    chmodSync(fileOf(), 0o600);
    writeFileSync(fileOf(), '{"url": 7');
    expect(await ran((harness) => codeOf(harness.mcp.connect(guarded())))).toBe('HARN-MCP-019');
  });

  it('names the scopes that a tool needs, and has them after a login with those', async () => {
    await login();
    const write = async (harness: Harness) => {
      const client = await harness.mcp.connect(guarded());
      return client.call('write_it').catch((thrown: HarnError) => `${thrown.code} ${thrown.hint}`);
    };
    expect(await ran(write)).toBe(
      'HARN-MCP-014 allow them with `harn mcp login guarded --scope "read write"`',
    );
    await login({ scope: 'read write' });
    expect(await ran(write)).toBe('write_it');
  });

  it('keeps to itself what a server says back of the token', async () => {
    await login();
    const seen = await ran(async (harness) => (await harness.mcp.connect(guarded())).call('leak'));
    expect(seen).toBe('you showed ***');
    await logOut(host, server.url);
    expect(files()).toEqual([]);
  });
});

describe('client credentials', () => {
  const asClient = () => guarded({ client_id: 'machine', client_secret: 'machine-secret-1' });
  beforeEach(() => {
    server.clients.set('machine', { secret: 'machine-secret-1', redirects: [] });
  });

  it('fetch a token once, a new one when it is over, and one with more scopes when a tool needs it', async () => {
    const seen = await ran(async (harness) => {
      const client = await harness.mcp.connect(asClient());
      const first = await Promise.all([client.call('look'), client.call('look')]);
      const before = server.counts.client;
      server.expireAll();
      const again = await Promise.all([client.call('look'), client.call('look')]);
      const between = server.counts.client;
      return [
        ...first,
        ...again,
        before,
        between,
        await client.call('write_it'),
        server.counts.client,
      ];
    });
    expect(seen).toEqual(['look', 'look', 'look', 'look', 1, 2, 'write_it', 3]);
    expect(files()).toEqual([]);
  });

  it('go to no authorization server elsewhere that only the MCP server names', async () => {
    const elsewhere = await new AuthServer().start();
    server.authorization = elsewhere.url.replace('/mcp', '');
    const codes = await ran(async (harness) => [
      await codeOf(harness.mcp.connect(asClient())),
      await codeOf(harness.mcp.connect({ ...asClient(), issuer: 'http://127.0.0.1:1' })),
      await codeOf(harness.mcp.connect({ ...asClient(), issuer: server.authorization ?? '' })),
    ]);
    await elsewhere.stop();
    // The last was asked, and does not know the client.
    expect(codes).toEqual(['HARN-MCP-022', 'HARN-MCP-022', 'HARN-MCP-009']);
  });

  it('are refused by name when they are wrong', async () => {
    const bad = guarded({ client_id: 'machine', client_secret: 'not-the-secret' });
    expect(await ran((harness) => codeOf(harness.mcp.connect(bad)))).toBe('HARN-MCP-009');
  });
});

/** The server forgets the login; the file does not know. */
async function logOutAtServerOnly(): Promise<void> {
  const [file, text] = [fileOf(), readFileSync(fileOf(), 'utf8')];
  await logOut(host, server.url);
  server.expireAll();
  writeFileSync(file, text, { mode: 0o600 });
}
