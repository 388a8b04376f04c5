// Mailboxes: channels with a name that others send to, for tasks that work like actors.
import type { RunContext, ServiceKey, Suspending } from '../../run/index.ts';
import { type Channel, closeChannel, makeChannel, receive, send, tryReceive } from './channel.ts';
import { groupsAround, scopeId } from './scope.ts';
import { use } from './use.ts';

/** Which mailbox. */
export interface MailboxName {
  readonly name: string;
  /** `task_group` if not said. */
  readonly scope?: string | undefined;
  readonly tenantId?: string | undefined;
}

/** Counters of a mailbox. */
export interface MailboxMetrics {
  readonly depth: number;
  readonly capacity: number;
  readonly sent_count: number;
  readonly received_count: number;
  readonly failed_send_count: number;
  readonly closed: boolean;
}

/** A named inbox of one run. */
export class Mailbox {
  readonly name: string;
  readonly channel: Channel;
  sent = 0;
  received = 0;
  failed = 0;

  constructor(name: string, channel: Channel) {
    this.name = name;
    this.channel = channel;
  }
}

const mailboxesKey: ServiceKey<Map<string, Mailbox>> = {
  name: 'work.mailboxes',
  create: () => new Map(),
};

/** The mailbox of this name, made when nobody has yet; one that was closed is made anew. */
export function openMailbox(ctx: RunContext, name: MailboxName, capacity?: number): Mailbox {
  use(ctx, 'mailbox_open');
  const boxes = ctx.get(mailboxesKey);
  const id = `${scopeId(ctx, name.scope, name.tenantId)} ${name.name}`;
  const known = boxes.get(id);
  if (known !== undefined && !known.channel.isClosed) return known;
  const box = new Mailbox(name.name, makeChannel(ctx, name.name, capacity));
  boxes.set(id, box);
  return box;
}

/**
 * The mailbox of this name; undefined when there is none. Without a scope the task group is looked at first, then the
 * groups around it.
 */
export function lookupMailbox(ctx: RunContext, name: MailboxName): Mailbox | undefined {
  use(ctx, 'mailbox_lookup');
  const boxes = ctx.get(mailboxesKey);
  if (name.scope !== undefined) {
    return boxes.get(`${scopeId(ctx, name.scope, name.tenantId)} ${name.name}`);
  }
  for (const group of groupsAround(ctx.task)) {
    const box = boxes.get(`task_group:${group} ${name.name}`);
    if (box !== undefined) return box;
  }
  return undefined;
}

/** Sends a message and waits for room. False when there is no such mailbox, or it is closed. */
export function* mailboxSend(
  ctx: RunContext,
  target: Mailbox | undefined,
  value: unknown,
): Suspending<boolean> {
  use(ctx, 'mailbox_send');
  if (target === undefined) return false;
  const sent = yield* send(ctx, target.channel, value);
  if (sent) target.sent += 1;
  else target.failed += 1;
  return sent;
}

/** The next message, waiting for one; undefined when the mailbox is closed and empty. */
export function* mailboxReceive(
  ctx: RunContext,
  box: Mailbox,
): Suspending<{ readonly value: unknown } | undefined> {
  use(ctx, 'mailbox_receive');
  const message = yield* receive(ctx, box.channel);
  if (message !== undefined) box.received += 1;
  return message;
}

/** The next message if there is one now. */
export function mailboxTryReceive(
  ctx: RunContext,
  box: Mailbox,
): { readonly value: unknown } | undefined {
  use(ctx, 'mailbox_receive');
  const message = tryReceive(ctx, box.channel);
  if (message !== undefined) box.received += 1;
  return message;
}

/** No more messages are accepted; those there can still be taken. */
export function closeMailbox(ctx: RunContext, box: Mailbox): void {
  use(ctx, 'mailbox_close');
  closeChannel(ctx, box.channel);
}

export function mailboxMetrics(ctx: RunContext, box: Mailbox): MailboxMetrics {
  use(ctx, 'mailbox_metrics');
  return {
    depth: box.channel.length,
    capacity: box.channel.capacity,
    sent_count: box.sent,
    received_count: box.received,
    failed_send_count: box.failed,
    closed: box.channel.isClosed,
  };
}
