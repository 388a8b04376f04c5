// Front door of trigger: events that wait for their dispatch. Publishing, the inbox, outcomes, requests to cancel.
// Errors
export { triggerErrors } from './errors.ts';
// Events
export { bindingKeyOf, completeEvent, specSummary } from './event.ts';
// Event logs of programs
export { eventLogEffects, type LogEvent } from './event-log.ts';
// The inbox
export {
  dedupeIndex,
  inboxIndex,
  listQueuedEvents,
  type Publication,
  type PublishReceipt,
  publishEvent,
  type QueuedEvent,
} from './inbox.ts';
// Monitors
export {
  type MonitorSpec,
  type MonitorWait,
  type PollContext,
  waitForState,
} from './monitor.ts';
// Outcomes and cancels
export {
  appendOutcome,
  type CancelRequest,
  type Dispatch,
  type DispatchOutcome,
  markOutcome,
  requestCancel,
} from './outbox.ts';
// From a program
export { type PublishOptions, publishFromRun, requestCancelFromRun } from './publish.ts';
// Suspended workers
export { inboxResumeSource } from './resume-source.ts';
export { cancelTopic, inboxClaimsTopic, inboxTopic, outboxTopic } from './topics.ts';
// Unsettled work
export { triggerUnsettledSource } from './unsettled.ts';
