// Front door of human: people as part of a run. One engine of requests and responses; questions are the first kind.
// Asking

export {
  type ApprovalOptions,
  type ApprovalRecord,
  dualControl,
  type EscalationHandle,
  escalateTo,
  requestApproval,
} from './approve.ts';
export {
  type AskOptions,
  askUser,
  DEFAULT_TIMEOUT_MS,
  hitlPending,
  type PendingFilters,
} from './ask.ts';
export type { ApprovalSignature } from './ballot.ts';
// Composition
export { equipHuman, hostInteraction } from './compose.ts';
// Errors
export { humanErrors } from './errors.ts';
// Questions in the store
export {
  type Answer,
  answerQuestion,
  expireQuestion,
  listQuestions,
  type Question,
  type QuestionQuery,
  type QuestionRow,
  type QuestionStatus,
  questionIndex,
  questionKeeper,
  showQuestion,
} from './question-record.ts';
export { humanQuestionsSection, QUESTION_WAIT } from './record-section.ts';
export { type Response as ApprovalResponse, respondToRequest } from './request-record.ts';
export { questionTopic } from './topics.ts';
