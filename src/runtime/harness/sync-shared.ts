// Shared cells and maps, mailboxes and circuit breakers of TypeScript lanes: what is known by a name within one run.
import type { RunContext } from '../run/index.ts';
import {
  type CircuitState,
  circuitCheck,
  circuitFailure,
  circuitReset,
  circuitSuccess,
  closeMailbox,
  lookupMailbox,
  Mailbox,
  type MailboxMetrics,
  mailboxMetrics,
  mailboxReceive,
  mailboxSend,
  mailboxTryReceive,
  makeCircuit,
  openMailbox,
  readShared,
  Shared,
  SharedCell,
  SharedMap,
  type SharedMetrics,
  sharedCell,
  sharedMap,
  sharedMetrics,
  writeShared,
} from '../work/index.ts';
import { need } from './arguments.ts';
import type { Sendable } from './sync.ts';
import { bad, call, takeFor } from './sync-call.ts';

/** Says what a cell, a map or a mailbox carries; types only. */
declare const carried: unique symbol;

/** Which lanes mean the same thing by a name: the branches of one `parallel` if not said. */
type SyncScope = 'task' | 'task_group' | 'workflow_run' | 'agent_session' | 'tenant' | 'process';

/** A name, in the scope `task_group` when it is only a text. */
export type SyncName =
  | string
  | {
      readonly name: string;
      readonly scope?: SyncScope;
      /** For the scope `tenant`. */
      readonly tenantId?: string;
    };

/** A shared value with a version. */
export interface SyncCell<T> {
  readonly key: string;
  readonly [carried]?: (value: T) => T;
}

/** Shared values by key, with one version for all. */
export interface SyncMap<T> {
  readonly key: string;
  readonly [carried]?: (value: T) => T;
}

/** An inbox that lanes know by its name. */
export interface SyncMailbox<T> {
  readonly name: string;
  readonly [carried]?: (value: T) => T;
}

/** A value as it was read, and the version it had. */
export interface SyncSnapshot<T> {
  readonly value: T;
  readonly version: number;
}

/** What a conditional write rests on: a value (by `Object.is`) and, with a version, that nobody wrote since. */
interface SyncExpected<T> {
  readonly value: T;
  readonly version?: number;
}

/** Cells and maps by name. */
export interface SharedMethods {
  /** The cell of this name, made with `initial` when nobody has yet. HARN-SYN-009 for an unknown scope. */
  sharedCell<T>(name: SyncName, initial: T): SyncCell<T>;
  sharedGet<T>(cell: SyncCell<T>): T;
  sharedSnapshot<T>(cell: SyncCell<T>): SyncSnapshot<T>;
  /** Writes, whatever is there, and gives what was there before. */
  sharedSet<T>(cell: SyncCell<T>, value: T): T;
  /** Writes if the cell is as expected; a snapshot expects that nobody wrote since it was taken. Whether it did. */
  sharedCas<T>(cell: SyncCell<T>, expected: SyncExpected<T>, value: T): boolean;
  /** The map of this name, made with these entries when nobody has yet. */
  sharedMap<T>(name: SyncName, initial?: { readonly [key: string]: T }): SyncMap<T>;
  sharedMapGet<T>(map: SyncMap<T>, key: string): T | undefined;
  /** Writes and gives what was there before. */
  sharedMapSet<T>(map: SyncMap<T>, key: string, value: T): T | undefined;
  /** Takes a key out and gives what was there. */
  sharedMapDelete<T>(map: SyncMap<T>, key: string): T | undefined;
  /** All that is in it, in the order of first writing. */
  sharedMapEntries<T>(map: SyncMap<T>): readonly (readonly [string, T])[];
  /** What is under a key, with the version of the map. */
  sharedMapSnapshot<T>(map: SyncMap<T>, key: string): SyncSnapshot<T | undefined>;
  /** Writes under a key if it is as expected; with a version, also only if nobody wrote to the map since. */
  sharedMapCas<T>(
    map: SyncMap<T>,
    key: string,
    expected: SyncExpected<T | undefined>,
    value: T,
  ): boolean;
  sharedMetrics<T>(shared: SyncCell<T> | SyncMap<T>): SharedMetrics;
}

/** A mailbox, or its name. */
type Target<T> = SyncMailbox<T> | SyncName;

/** Inboxes by name. */
export interface MailboxMethods {
  /** The mailbox of this name, made when nobody has yet or the last one was closed. `capacity` is 256 if not said. */
  mailboxOpen<T extends Sendable>(name: SyncName, capacity?: number): SyncMailbox<T>;
  /** Undefined when there is none. A name without scope is looked for in the groups around, too. */
  mailboxLookup<T extends Sendable>(name: SyncName): SyncMailbox<T> | undefined;
  /** Sends and waits for room. False when there is no such mailbox, or it is closed. */
  mailboxSend<T extends Sendable>(target: Target<T>, value: T): Promise<boolean>;
  /** The next message, waiting for one; undefined when the mailbox is closed and empty. HARN-SYN-001 without one. */
  mailboxReceive<T extends Sendable>(target: Target<T>): Promise<T | undefined>;
  /** The next message if there is one now. */
  mailboxTryReceive<T extends Sendable>(target: Target<T>): T | undefined;
  /** Nothing more is accepted; what is in it can still be taken. */
  mailboxClose<T extends Sendable>(target: Target<T>): void;
  mailboxMetrics<T extends Sendable>(target: Target<T>): MailboxMetrics;
}

/** Circuit breakers by name. They stop nothing by themselves: lanes ask and report. */
export interface CircuitMethods {
  /** Makes a breaker, closed, and gives its name: open after `threshold` (5) failures in a row, for `resetMs` (30,000). */
  circuitBreaker(
    name: string,
    options?: { readonly threshold?: number; readonly resetMs?: number },
  ): string;
  /** `half_open`: the time of rest is over and the next report decides. HARN-SYN-008 for an unknown name. */
  circuitCheck(name: string): CircuitState;
  /** Reports a failure; true when it opened the circuit. */
  circuitRecordFailure(name: string): boolean;
  /** Reports a success, which closes the circuit. */
  circuitRecordSuccess(name: string): void;
  circuitReset(name: string): void;
}

export function sharedMethods(ctx: RunContext): SharedMethods {
  const readCell = <T>(method: string, cell: SyncCell<T>) =>
    readShared(ctx, cellOf<T>(method, cell));
  const readMap = <T>(method: string, map: SyncMap<T>) => readShared(ctx, mapOf<T>(method, map));
  const writeMap = <T>(method: string, map: SyncMap<T>) => writeShared(ctx, mapOf<T>(method, map));
  return {
    sharedCell: (name, initial) => sharedCell(ctx, keyOf('sharedCell', name), initial),
    sharedGet: (cell) => readCell('sharedGet', cell).get(),
    sharedSnapshot: (cell) => readCell('sharedSnapshot', cell).snapshot(),
    sharedSet: (cell, value) =>
      writeShared(ctx, cellOf<typeof value>('sharedSet', cell)).set(value),
    sharedCas: (cell, expected, value) => {
      const change = changeOf('sharedCas', expected, value);
      return writeShared(ctx, cellOf<typeof value>('sharedCas', cell)).cas(change);
    },
    sharedMap: (name, initial = {}) =>
      sharedMap(ctx, keyOf('sharedMap', name), Object.entries(initial)),
    sharedMapGet: (map, key) => readMap('sharedMapGet', map).get(key),
    sharedMapSet: (map, key, value) => {
      need('harness.sync.sharedMapSet', 'the key', 'a text', key);
      return writeMap('sharedMapSet', map).set(key, value);
    },
    sharedMapDelete: (map, key) => writeMap('sharedMapDelete', map).delete(key),
    sharedMapEntries: (map) => readMap('sharedMapEntries', map).entries(),
    sharedMapSnapshot: (map, key) => readMap('sharedMapSnapshot', map).snapshot(key),
    sharedMapCas: <T>(
      map: SyncMap<T>,
      key: string,
      expected: SyncExpected<T | undefined>,
      value: T,
    ) => {
      need('harness.sync.sharedMapCas', 'the key', 'a text', key);
      const change = { ...changeOf<T | undefined>('sharedMapCas', expected, value), value };
      return writeMap('sharedMapCas', map).cas(key, change);
    },
    sharedMetrics: (given: unknown) => {
      if (given instanceof Shared) return sharedMetrics(ctx, given);
      throw bad('sharedMetrics', 'the argument', 'a shared cell or map');
    },
  };
}

export function mailboxMethods(ctx: RunContext): MailboxMethods {
  const find = (method: string, target: unknown): Mailbox | undefined =>
    target instanceof Mailbox ? target : lookupMailbox(ctx, boxName(method, target));
  const boxOf = (method: string, target: unknown): Mailbox => {
    const box = find(method, target);
    if (box !== undefined) return box;
    throw bad(method, 'the mailbox', 'one that was opened');
  };
  return {
    mailboxOpen: (name, capacity) => openMailbox(ctx, boxName('mailboxOpen', name), capacity),
    mailboxLookup: (name) => lookupMailbox(ctx, boxName('mailboxLookup', name)),
    mailboxSend: async (target, value) => {
      const box = find('mailboxSend', target);
      if (value === undefined) throw bad('mailboxSend', 'the value', 'anything but undefined');
      return call(ctx, (inner) => mailboxSend(inner, box, value));
    },
    mailboxReceive: async (target) => {
      const box = boxOf('mailboxReceive', target);
      const taken = await takeFor(
        ctx,
        (inner) => mailboxReceive(inner, box),
        ({ value }) => {
          box.received -= 1;
          box.channel.putBack(value);
        },
      );
      return taken?.value as never;
    },
    mailboxTryReceive: (target) =>
      mailboxTryReceive(ctx, boxOf('mailboxTryReceive', target))?.value as never,
    mailboxClose: (target) => closeMailbox(ctx, boxOf('mailboxClose', target)),
    mailboxMetrics: (target) => mailboxMetrics(ctx, boxOf('mailboxMetrics', target)),
  };
}

export function circuitMethods(ctx: RunContext): CircuitMethods {
  return {
    circuitBreaker: (name, options = {}) => {
      need('harness.sync.circuitBreaker', 'the name', 'a text', name);
      return makeCircuit(ctx, name, options);
    },
    circuitCheck: (name) => circuitCheck(ctx, name),
    circuitRecordFailure: (name) => circuitFailure(ctx, name),
    circuitRecordSuccess: (name) => circuitSuccess(ctx, name),
    circuitReset: (name) => circuitReset(ctx, name),
  };
}

function changeOf<T>(method: string, expected: SyncExpected<T>, value: T) {
  const given: unknown = expected;
  if (typeof given !== 'object' || given === null || !('value' in given)) {
    throw bad(method, 'what is expected', '{ value, version? }, as a snapshot gives it');
  }
  return { expected: expected.value, version: expected.version, value, same: Object.is };
}

function cellOf<T>(method: string, cell: unknown): SharedCell<T> {
  if (cell instanceof SharedCell) return cell as SharedCell<T>;
  throw bad(method, 'the cell', 'one made by harness.sync.sharedCell');
}

function mapOf<T>(method: string, map: unknown): SharedMap<T> {
  if (map instanceof SharedMap) return map as SharedMap<T>;
  throw bad(method, 'the map', 'one made by harness.sync.sharedMap');
}

function keyOf(method: string, given: unknown) {
  const { name: key, scope, tenantId } = nameOf(method, given);
  return { key, scope, tenantId };
}

function boxName(method: string, given: unknown) {
  const { name, scope, tenantId } = nameOf(method, given);
  return { name, scope, tenantId };
}

function nameOf(method: string, given: unknown): Exclude<SyncName, string> {
  const name = typeof given === 'string' ? { name: given } : (given as Exclude<SyncName, string>);
  if (typeof name?.name === 'string' && name.name !== '') return name;
  throw bad(method, 'the name', 'a text, or { name, scope?, tenantId? }');
}
