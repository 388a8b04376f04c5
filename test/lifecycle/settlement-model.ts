// Settlement as simply as it can be said: a list of open things, one policy, and one line for each. No tasks, no store,
// no time. The property test drives it and the real runtime with the same histories.

/** What a program leaves open. `endless` work never ends by itself; `short` work ends soon. */
export type Kind =
  | 'parked worker'
  | 'awaiting worker'
  | 'endless worker'
  | 'job'
  | 'handoff here'
  | 'handoff away'
  | 'endless call'
  | 'endless task'
  | 'short task';

export type Action =
  | 'resume'
  | 'cancel'
  | 'acknowledge'
  | 'defer'
  | 'deliver'
  | 'drain'
  | 'abandon';

export const BUCKET_OF: { readonly [K in Kind]: string } = {
  'parked worker': 'suspended_subagents',
  'awaiting worker': 'suspended_subagents',
  'endless worker': 'suspended_subagents',
  job: 'queued_triggers',
  'handoff here': 'partial_handoffs',
  'handoff away': 'partial_handoffs',
  'endless call': 'in_flight_llm_calls',
  'endless task': 'pool_pending_tasks',
  'short task': 'pool_pending_tasks',
};

const LEGAL: { readonly [K in Kind]: readonly Action[] } = {
  'parked worker': ['resume', 'cancel', 'defer', 'abandon'],
  // It awaits input, which nobody gives: the owner refuses to resume it.
  'awaiting worker': ['cancel', 'defer', 'abandon'],
  'endless worker': ['drain', 'cancel', 'defer', 'abandon'],
  job: ['acknowledge', 'defer', 'cancel', 'abandon'],
  'handoff here': ['deliver', 'defer', 'acknowledge', 'cancel', 'abandon'],
  'handoff away': ['defer', 'acknowledge', 'cancel', 'abandon'],
  'endless call': ['drain', 'cancel'],
  'endless task': ['drain', 'cancel'],
  'short task': ['drain', 'cancel'],
};

const TABLE: { readonly [K in Kind]: Action } = {
  'parked worker': 'cancel',
  'awaiting worker': 'cancel',
  'endless worker': 'drain',
  job: 'acknowledge',
  'handoff here': 'deliver',
  'handoff away': 'defer',
  'endless call': 'drain',
  'endless task': 'drain',
  'short task': 'drain',
};

export type Policy =
  | { readonly end: 'none' | 'fails' | 'abandon' | 'hands over' }
  | {
      readonly end: 'drain';
      readonly rounds: number | null;
      readonly vetoed: readonly string[];
      /** What a model wants for each bucket; null: no model. */
      readonly wishes: { readonly [bucket: string]: Action } | null;
    };

/** One line: `<bucket> <disposition> <decided by>`. */
export type Line = string;

const AFTER: { readonly [A in Action]: string } = {
  resume: 'resumed',
  cancel: 'cancelled',
  acknowledge: 'acknowledged',
  defer: 'deferred',
  deliver: 'handed_off',
  drain: 'drained',
  abandon: 'abandoned',
};

function ended(kind: Kind, action: Action, by: string): Line {
  const isLate = action === 'drain' && kind.startsWith('endless');
  return `${BUCKET_OF[kind]} ${isLate ? 'cancelled' : AFTER[action]} ${by}`;
}

function drained(kind: Kind, rank: number, policy: Policy & { readonly end: 'drain' }): Line {
  const bucket = BUCKET_OF[kind];
  if (policy.rounds !== null && rank >= policy.rounds) return `${bucket} abandoned settlement`;
  if (policy.vetoed.includes(bucket)) return `${bucket} abandoned callback`;
  const wish = policy.wishes?.[bucket];
  if (wish !== undefined && LEGAL[kind].includes(wish)) return ended(kind, wish, 'model');
  return ended(kind, TABLE[kind], 'settlement');
}

function handedOver(kind: Kind): Line {
  const bucket = BUCKET_OF[kind];
  if (bucket === 'suspended_subagents' || bucket === 'queued_triggers') {
    return `${bucket} handed_off callback`;
  }
  if (bucket === 'partial_handoffs') return ended(kind, TABLE[kind], 'settlement');
  return `${bucket} abandoned policy`;
}

function undrained(kind: Kind, end: 'none' | 'fails' | 'abandon' | 'hands over'): Line {
  switch (end) {
    case 'none':
      return `${BUCKET_OF[kind]} abandoned policy`;
    case 'fails':
      return `${BUCKET_OF[kind]} cancelled policy`;
    case 'abandon':
      return `${BUCKET_OF[kind]} abandoned callback`;
    case 'hands over':
      return handedOver(kind);
  }
}

/** What the receipt has to say, sorted. */
export function expectedLines(open: readonly Kind[], policy: Policy): readonly Line[] {
  const ranks = new Map<string, number>();
  const lines = open.map((kind) => {
    const bucket = BUCKET_OF[kind];
    const rank = ranks.get(bucket) ?? 0;
    ranks.set(bucket, rank + 1);
    return policy.end === 'drain' ? drained(kind, rank, policy) : undrained(kind, policy.end);
  });
  const makesOne = policy.end === 'hands over' && open.length > 0;
  return [...lines, ...(makesOne ? ['partial_handoffs deferred settlement'] : [])].sort();
}

/** How the run stands after it. */
export function expectedStatus(lines: readonly Line[], policy: Policy): string {
  if (policy.end === 'fails') return 'failed';
  return lines.some((line) => line.includes(' abandoned ')) ? 'partial' : 'settled';
}
