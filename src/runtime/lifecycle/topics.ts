// Topics of the lifecycle room.
import type { Json } from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';

/** Typed facts about how runs finish; read by people and by regulated sinks. */
export const auditTopic = defineTopic<{
  readonly seq: number;
  readonly kind: string;
  readonly payload: Json;
  readonly pipeline_id: string | null;
  readonly run_id: string;
}>({ name: 'pipeline.lifecycle.audit', version: 1 });

/** What happened to each handoff, from its making to its end. */
export const handoffTopic = defineTopic<{
  readonly handoff_id: string;
  readonly [k: string]: Json;
}>({ name: 'pipeline.handoffs', version: 1 });
