// Topics of the human room: what is asked of people, and what they answered.
import type { Json } from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';

/** Questions with their answers, timeouts and withdrawals, each event under the id of its request. */
export const questionTopic = defineTopic<{
  readonly request_id: string;
  readonly [field: string]: Json;
}>({ name: 'hitl.questions', version: 1 });

/** Where older programs wrote answers; still read. */
export const OLD_RESPONSE_TOPIC = 'hitl.responses';
