// Approvals as counting: who may approve, whose word counts once, and when enough have. Pure; the same for what people say,
// for what a log holds, and for answers that a program under test prepared.
import { sha256 } from '../../base/index.ts';

/** The receipt of one approval that counts. */
export type ApprovalSignature = {
  readonly reviewer: string;
  /** RFC 3339. */
  readonly signed_at: string;
  /** Given by whoever answered, else `sha256:` over what was approved: a fingerprint, not proof of who it was. */
  readonly signature: string;
};

/** What people have said so far. */
export type Ballot = {
  readonly request_id: string;
  readonly quorum: number;
  /** Who may approve; empty: anyone with a name. */
  readonly reviewers: readonly string[];
  readonly signatures: readonly ApprovalSignature[];
};

/** What one person says. */
export type Vote = {
  readonly approved: boolean;
  readonly reviewer: string | null;
  readonly reason: string | null;
  readonly signed_at: string;
  readonly signature?: string | null;
};

/** What a vote changes; `ignored` says why it counts for nothing. */
export type Counted =
  | { readonly kind: 'ignored'; readonly why: 'anonymous' | 'not_a_reviewer' | 'voted_before' }
  | { readonly kind: 'denied'; readonly reviewer: string }
  | {
      readonly kind: 'counted';
      readonly signatures: readonly ApprovalSignature[];
      readonly isEnough: boolean;
    };

/** Counts a vote. The first that counts and is no approval denies, whatever the quorum. */
export function count(ballot: Ballot, vote: Vote): Counted {
  const { reviewers, signatures, quorum } = ballot;
  const { reviewer } = vote;
  if (reviewer === null || reviewer === '') return { kind: 'ignored', why: 'anonymous' };
  if (reviewers.length > 0 && !reviewers.includes(reviewer)) {
    return { kind: 'ignored', why: 'not_a_reviewer' };
  }
  if (signatures.some((each) => each.reviewer === reviewer)) {
    return { kind: 'ignored', why: 'voted_before' };
  }
  if (!vote.approved) return { kind: 'denied', reviewer };
  const { signed_at } = vote;
  const signature = vote.signature ?? fingerprint(ballot.request_id, vote);
  const all = [...signatures, { reviewer, signed_at, signature }];
  return { kind: 'counted', signatures: all, isEnough: all.length >= quorum };
}

function fingerprint(requestId: string, { approved, reviewer, reason, signed_at }: Vote): string {
  const lines = [
    'harn-hitl-approval-v1',
    `request_id:${requestId}`,
    `reviewer:${reviewer}`,
    `signed_at:${signed_at}`,
    `approved:${approved}`,
    `reason:${reason ?? ''}`,
  ];
  return `sha256:${sha256(lines.join('\n'))}`;
}
