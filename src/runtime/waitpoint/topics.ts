// The topic of waitpoints: that they were made, and what became of them, each event under the waitpoint's id.
import type { Json } from '../../base/index.ts';
import { defineTopic } from '../../store/index.ts';

/** `waitpoint_created`, `waitpoint_completed`, `waitpoint_cancelled`. */
export const waitpointTopic = defineTopic<{
  readonly waitpoint_id: string;
  readonly [field: string]: Json;
}>({ name: 'waitpoint.state', version: 1 });
