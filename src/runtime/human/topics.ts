// Topics of the human room: what is asked of people, and what they answered.
import type { Json } from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';

type Facts = { readonly request_id: string; readonly [field: string]: Json };

/** Questions with their answers, timeouts and withdrawals, each event under the id of its request. */
export const questionTopic = defineTopic<Facts>({ name: 'hitl.questions', version: 1 });

const approvalTopic = defineTopic<Facts>({ name: 'hitl.approvals', version: 1 });
const dualControlTopic = defineTopic<Facts>({ name: 'hitl.dual_control', version: 1 });
const escalationTopic = defineTopic<Facts>({ name: 'hitl.escalations', version: 1 });

/** The topic of a kind of request. */
export function requestTopic(kind: 'question' | 'approval' | 'dual_control' | 'escalation') {
  switch (kind) {
    case 'question':
      return questionTopic;
    case 'approval':
      return approvalTopic;
    case 'dual_control':
      return dualControlTopic;
    case 'escalation':
      return escalationTopic;
  }
}

/** Topics of everything that people are asked. */
export const REQUEST_TOPICS: readonly string[] = [
  questionTopic.name,
  approvalTopic.name,
  dualControlTopic.name,
  escalationTopic.name,
];

/** Where older programs wrote answers; still read. */
export const OLD_RESPONSE_TOPIC = 'hitl.responses';
