// What a runtime does so that its runs can ask people.
import { type RunCore, unknownAskerKey } from '../run/index.ts';
import { humanAsker } from './unknown.ts';

/** Puts the room's services in place; before the body begins. */
export function equipHuman(run: RunCore): void {
  run.provideLater('run.unknown_asker', () => [unknownAskerKey, humanAsker]);
}
