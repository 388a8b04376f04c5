// Front door of waitpoint: named points that runs wait for and other runs complete.
export { waitpointErrors } from './errors.ts';
// In a run
export {
  type WaitpointWait,
  type WaitpointWaitOptions,
  waitForValues,
  waitForWaitpoints,
  waitpointEffects,
} from './wait.ts';
// In the store
export {
  cancelWaitpoint,
  completeWaitpoint,
  createWaitpoint,
  listWaitpoints,
  showWaitpoint,
  type Waitpoint,
  type WaitpointRow,
  type WaitpointStatus,
  waitpointIndex,
} from './waitpoint-record.ts';
