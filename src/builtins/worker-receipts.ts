// Lifecycle receipts as programs make, read and check them.
import type { Json } from '../base/index.ts';
import type { RunContext, Suspending } from '../runtime/run/index.ts';
import {
  contentHash,
  type ReceiptKind,
  receiptsSnapshot,
  recordDrainDecisionReceipt,
  recordResumptionReceipt,
  recordSuspensionReceipt,
  replayDrainDecision,
  replayResumeInput,
  verifyReceipt,
} from '../runtime/work/index.ts';
import { type Ctx, display, fromJson, type List, type Steps, type Value } from '../values/index.ts';
import { toData } from './data.ts';
import { type BuiltinRow, builtin } from './define.ts';
import { HarnHandle } from './handle.ts';

const RECORDERS: readonly (readonly [
  name: string,
  record: (ctx: RunContext, facts: Json) => Suspending<Json>,
  doc: string,
])[] = [
  [
    'lifecycle_receipt_record_suspension',
    recordSuspensionReceipt,
    'Signs and keeps that a worker was suspended.',
  ],
  [
    'lifecycle_receipt_record_resumption',
    recordResumptionReceipt,
    'Signs and keeps that a worker was resumed; the hash is of the input before redaction.',
  ],
  [
    'lifecycle_receipt_record_drain_decision',
    recordDrainDecisionReceipt,
    'Signs and keeps what settlement decided about an item.',
  ],
];

export function receiptRows(): readonly BuiltinRow[] {
  return [...RECORDERS.map(recorderRow), ...readingRows(), ...replayRows()];
}

function recorderRow([name, record, doc]: (typeof RECORDERS)[number]): BuiltinRow {
  return builtin(
    `agent.${name}(receipt: any) -> dict`,
    { doc, effect: 'mutation', aliases: [name] },
    function* (ctx: Ctx, ...args: Value[]): Steps {
      const [facts] = withoutHandle(args);
      return fromJson(yield* record(ctx as RunContext, toData(facts)));
    },
  );
}

function readingRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'agent.lifecycle_receipts_snapshot() -> list',
      {
        doc: 'The receipts of this run so far: `{seq, kind, payload}`.',
        effect: 'ambient',
        aliases: ['lifecycle_receipts_snapshot'],
      },
      (ctx: Ctx) => fromJson([...receiptsSnapshot(ctx as RunContext)] as Json),
    ),
    builtin(
      'verify_lifecycle_receipt_signature(kind: any, receipt: any) -> bool',
      {
        doc: 'True, or HARN-SUS-013 when the receipt is not what was signed.',
        effect: 'ambient',
      },
      (ctx: Ctx, kind: Value, receipt: Value) => {
        verifyReceipt(ctx as RunContext, display(kind) as ReceiptKind, toData(receipt));
        return true;
      },
    ),
    hashRow('lifecycle_resume_input_hash(input: any) -> string', 'The hash of a resume input.'),
    hashRow(
      'lifecycle_drain_decision_prompt_hash(prompt: any) -> string',
      'The hash of the prompt of a drain decision.',
    ),
  ];
}

function hashRow(signature: string, doc: string): BuiltinRow {
  return builtin(signature, { doc }, (_ctx: Ctx, content: Value) => contentHash(toData(content)));
}

function replayRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'lifecycle_replay_resume_input(receipt: any, input: any) -> any',
      { doc: 'The input, or HARN-SUS-011 when it is not the one of the receipt.' },
      (_ctx: Ctx, receipt: Value, input: Value) =>
        fromJson(replayResumeInput(toData(receipt), toData(input))),
    ),
    builtin(
      'lifecycle_replay_drain_decision(receipt: any, prompt: any) -> any',
      { doc: 'The action decided, or HARN-SUS-012 when it was decided for another prompt.' },
      (_ctx: Ctx, receipt: Value, prompt: Value) =>
        fromJson(replayDrainDecision(toData(receipt), toData(prompt))),
    ),
  ];
}

function withoutHandle(args: List): List {
  return args[0] instanceof HarnHandle ? args.slice(1) : args;
}
