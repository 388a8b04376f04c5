// Where a run may connect to. Rules are hosts, `*.domain`, addresses and ranges of addresses, each with or without a port; a
// deny rule counts more than an allow rule. The environment can set rules that programs only add to.

import { HarnError, type JsonObject } from '../../base/index.ts';
import {
  defineSyncEffect,
  type EffectEnv,
  type RunServices,
  type ServiceKey,
} from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { isInRange, parseAddress } from './ip-range.ts';

/** What a program sets. `default: "deny"` lets through only what a rule allows. */
export type EgressConfig = {
  readonly allow?: readonly string[] | null;
  readonly deny?: readonly string[] | null;
  readonly default?: 'allow' | 'deny' | null;
};

interface Rule {
  readonly text: string;
  readonly port: number | undefined;
  fits(host: string): boolean;
}

interface Policy {
  readonly allow: readonly Rule[];
  readonly deny: readonly Rule[];
  readonly default: 'allow' | 'deny';
}

/** The policy of a run: that of the environment, and that of the program, which both have to agree. */
export class Egress {
  readonly #given: Policy;
  #own: Policy | undefined;

  constructor(env: RunServices['host']['env']) {
    const list = (name: string) =>
      (env.get(name) ?? '').split(',').flatMap((text) => text.trim() || []);
    this.#given = policyOf({
      allow: list('HARN_EGRESS_ALLOW'),
      deny: list('HARN_EGRESS_DENY'),
      default: env.get('HARN_EGRESS_DEFAULT')?.trim() === 'deny' ? 'deny' : 'allow',
    });
  }

  set(config: EgressConfig): void {
    this.#own = policyOf(config);
  }

  /** Throws when an address may not be connected to. */
  permit(address: string): void {
    if (!URL.canParse(address)) return;
    const url = new URL(address);
    const host = url.hostname
      .toLowerCase()
      .replace(/^\[|\]$/g, '')
      .replace(/\.$/, '');
    const port = url.port === '' ? (DEFAULT_PORTS[url.protocol] ?? 0) : Number(url.port);
    for (const policy of [this.#given, this.#own]) {
      const reason = policy === undefined ? undefined : refusalOf(policy, host, port);
      if (reason === undefined) continue;
      const shown = `${url.protocol}//${url.host}${url.pathname}`;
      const message = `egress to ${host}:${port} is blocked: ${reason}`;
      throw ioErrors.egressBlocked({
        ...{ type: 'EgressBlocked', category: 'egress_blocked', kind: 'terminal' },
        ...{ message, host, port, reason, url: shown },
      });
    }
  }
}

const DEFAULT_PORTS: { readonly [protocol: string]: number } = {
  'http:': 80,
  'https:': 443,
  'ws:': 80,
  'wss:': 443,
};

function refusalOf(policy: Policy, host: string, port: number): string | undefined {
  const fitting = (rules: readonly Rule[]) =>
    rules.find((rule) => (rule.port === undefined || rule.port === port) && rule.fits(host));
  const denied = fitting(policy.deny);
  if (denied !== undefined) return `the rule ${denied.text} denies it`;
  if (policy.default === 'allow' || fitting(policy.allow) !== undefined) return undefined;
  return 'no rule allows it';
}

function policyOf(config: EgressConfig): Policy {
  return {
    allow: (config.allow ?? []).map(ruleOf),
    deny: (config.deny ?? []).map(ruleOf),
    default: config.default === 'deny' ? 'deny' : 'allow',
  };
}

const RULE =
  /^(\[[0-9a-f:.]+\]|[0-9a-f:]*:[0-9a-f:.]*:[0-9a-f:.]*(?:\/\d{1,3})?|[^:\s]+)(?::(\d{1,5}))?$/i;

function ruleOf(text: string): Rule {
  const found = typeof text === 'string' ? RULE.exec(text.trim()) : null;
  const [, named = '', portText] = found ?? [];
  const port = portText === undefined ? undefined : Number(portText);
  const name = named.toLowerCase().replace(/^\[|\]$/g, '');
  if (found === null || name === '' || (port ?? 1) > 65_535)
    throw ioErrors.badEgress({ rule: String(text) });
  const about = { text: text.trim(), port };
  if (name.includes('/')) {
    const [base = '', bits = ''] = name.split('/');
    const range = parseAddress(base);
    const width = range === undefined ? 0 : range.length * 8;
    if (range === undefined || !/^\d+$/.test(bits) || Number(bits) > width)
      throw ioErrors.badEgress({ rule: text });
    return { ...about, fits: (host) => isInRange(parseAddress(host), range, Number(bits)) };
  }
  if (name.startsWith('*.')) return { ...about, fits: (host) => host.endsWith(name.slice(1)) };
  if (name === '*') return { ...about, fits: () => true };
  const address = parseAddress(name);
  if (address === undefined) return { ...about, fits: (host) => host === name };
  return { ...about, fits: (host) => isInRange(parseAddress(host), address, address.length * 8) };
}

export const egressKey: ServiceKey<Egress> = {
  name: 'io.egress',
  create: ({ host }) => new Egress(host.env),
};

/** The event log that tells what was refused; programs read it like their own. */
const AUDIT_TOPIC = 'event_log.connectors.egress.audit';

/** Does something that may be refused; a refusal is an event `egress.blocked` of the store, whoever catches it. */
export async function audited<R>(env: EffectEnv, work: () => Promise<R>): Promise<R> {
  try {
    return await work();
  } catch (error) {
    if (HarnError.is(error) && error.data['type'] === 'EgressBlocked') await tell(env, error.data);
    throw error;
  }
}

async function tell(env: EffectEnv, { host, port, reason, url }: JsonObject): Promise<void> {
  const facts = {
    host: host ?? null,
    port: port ?? null,
    reason: reason ?? null,
    url: url ?? null,
  };
  const store = await env.store();
  await store.tx((tx) =>
    tx.append(AUDIT_TOPIC, {
      kind: 'egress.blocked',
      payload: { ...facts, run_id: env.runId },
      headers: {},
      key: `${env.idempotencyKey}:egress`,
      occurredAtMs: Math.floor(env.clock.nowMs()),
    }),
  );
  await store.flush();
}

export const egressEffects = {
  /** Sets where this run may connect to; what the environment forbids stays forbidden. */
  egress_policy: defineSyncEffect(
    { name: 'net.egress_policy', class: 'local', access: 'write' },
    (env, config: EgressConfig) => {
      env.get(egressKey).set(config);
      return null;
    },
  ),
};
