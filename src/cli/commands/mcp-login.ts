// `harn mcp login | logout | status | list | redirect-uri`: logins at MCP servers that runs use later. What is printed says
// that there is a login and until when, never the tokens.
import type { Host } from '../../runtime/host/index.ts';
import {
  type LoginFacts,
  listLogins,
  logIn,
  loginAddress,
  logOut,
  manifestServers,
  mcpErrors,
} from '../../runtime/mcp/index.ts';
import type { Arguments } from '../arguments.ts';
import type { Command } from '../command.ts';
import { cliErrors, usageErrors } from '../errors.ts';
import { type LoginRedirect, listenForLogin, REDIRECT_URI } from '../login-redirect.ts';
import { limitOption } from '../number-option.ts';
import { type Output, relativeTime } from '../output.ts';

const TIMEOUT_S = 600;

export const mcpRedirectUri: Command = {
  async run(_args, { output }) {
    output.line(REDIRECT_URI);
    return 0;
  },
};

export const mcpLogin: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const target = await targetOf(host, args);
    const redirect = await listenForLogin(args.value('redirect-uri') ?? REDIRECT_URI);
    const timeoutMs = (limitOption(args, 'timeout') ?? TIMEOUT_S) * 1000;
    try {
      const facts = await logIn(host, {
        name: target.name,
        url: target.url,
        clientId: args.value('client-id') ?? target.clientId,
        clientSecret: args.value('client-secret') ?? target.clientSecret,
        issuer: target.issuer,
        scope: args.value('scope') ?? target.scope,
        redirectUri: redirect.uri,
        authorize: (address, state) =>
          askPerson({ address, state, redirect, timeoutMs, host, output, args }),
      });
      if (args.has('json')) output.json({ login: facts });
      else {
        output.line(`Logged in at ${facts.url}`);
        printFacts(output, facts, host.clock.nowMs());
      }
      return 0;
    } finally {
      await redirect.close();
    }
  },
};

export const mcpLogout: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const { url } = await targetOf(host, args);
    const was = await logOut(host, url);
    if (args.has('json')) output.json({ url: loginAddress(url), logged_out: was });
    else output.line(was ? `Logged out at ${url}` : `There was no login at ${url}`);
    return 0;
  },
};

export const mcpStatus: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const { url } = await targetOf(host, args);
    const [login] = await listLogins(host, url);
    if (args.has('json')) output.json({ login: login ?? null });
    else if (login === undefined) output.line(`There is no login at ${url}`);
    else printFacts(output, login, host.clock.nowMs());
    return login === undefined ? 1 : 0;
  },
};

export const mcpList: Command = {
  async run(args, { host: getHost, output }) {
    const host = await getHost();
    const [servers, logins] = [await manifestServers(host), await listLogins(host)];
    const http = [...servers.values()].filter(({ transport }) => transport === 'http');
    const declared = http.map(({ name, url }) => ({ name, url: loginAddress(url) }));
    const others = logins.filter(({ url }) => !declared.some((one) => one.url === url));
    const rows = [...declared, ...others].map(({ name, url }) => ({
      name,
      url,
      login: logins.find((login) => login.url === url) ?? null,
    }));
    if (args.has('json')) output.json({ servers: rows });
    else if (rows.length === 0) output.line('There is no login, and harn.toml names no address.');
    else {
      const nowMs = host.clock.nowMs();
      const shown = rows.map(({ name, url, login }) => [name, url, stateOf(login, nowMs)]);
      output.table(['name', 'address', 'login'], shown);
    }
    return 0;
  },
};

interface Target {
  readonly name: string;
  readonly url: string;
  readonly clientId?: string | undefined;
  readonly clientSecret?: string | undefined;
  readonly scope?: string | undefined;
  readonly issuer?: string | undefined;
}

/** An address, a name with `--url`, or a server of harn.toml. */
async function targetOf(host: Host, args: Arguments): Promise<Target> {
  const server = args.at(0);
  const servers = await manifestServers(host);
  const url = args.value('url') ?? (/^https?:\/\//.test(server) ? server : undefined);
  if (url !== undefined) {
    if (!/^https?:\/\//.test(url) || !URL.canParse(url)) {
      throw usageErrors.badChoice({ option: '--url', value: url, choices: 'http addresses' });
    }
    const known = [...servers.values()].find((one) => one.transport === 'http' && one.url === url);
    return {
      name: server === url ? (known?.name ?? new URL(url).host) : server,
      url,
      ...known?.oauth,
    };
  }
  const found = servers.get(server);
  if (found === undefined) {
    const known = [...servers.keys()].join(', ');
    throw mcpErrors.unknownServer({ server, known: known === '' ? 'none' : known });
  }
  if (found.transport !== 'http') throw cliErrors.noAddress({ server });
  return { name: server, url: found.url, ...found.oauth };
}

interface Asking {
  readonly address: URL;
  readonly state: string;
  readonly redirect: LoginRedirect;
  readonly timeoutMs: number;
  readonly host: Host;
  readonly output: Output;
  readonly args: Arguments;
}

async function askPerson(asking: Asking): Promise<URLSearchParams> {
  const { address, state, redirect, timeoutMs, host, output, args } = asking;
  const answer = redirect.answer(state, timeoutMs);
  const isOpened = !args.has('no-browser') && (await openPage(host, address.href));
  if (isOpened) output.remark('Allow it in the browser, or open this address yourself:');
  else output.remark('Open this address in a browser on this machine:');
  output.remark(address.href);
  return answer;
}

/** False where there is no way to open a page. */
async function openPage(host: Host, address: string): Promise<boolean> {
  const { platform } = host.system.facts();
  const opener =
    platform === 'darwin'
      ? ['open']
      : platform === 'win32'
        ? ['rundll32', 'url.dll,FileProtocolHandler']
        : ['xdg-open'];
  const given = host.env.get('BROWSER');
  const argv = [...(given === undefined || given === '' ? opener : [given]), address];
  try {
    return (await host.process.run({ argv, timeoutMs: 10_000 })).exitCode === 0;
  } catch {
    return false;
  }
}

function printFacts(output: Output, login: LoginFacts, nowMs: number): void {
  output.facts([
    ['name', login.name],
    ['address', login.url],
    ['authorization server', login.authorization_server],
    ['scopes', login.scope ?? 'those of the server'],
    ['state', stateOf(login, nowMs)],
  ]);
}

function stateOf(login: LoginFacts | null, nowMs: number): string {
  if (login === null) return 'none';
  const { expires_at_ms: atMs, refreshable } = login;
  if (atMs === null) return 'does not end by itself';
  if (refreshable) return 'renewed by itself';
  return atMs > nowMs ? `ends ${relativeTime(nowMs, atMs)}` : 'over: log in again';
}
