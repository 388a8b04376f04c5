// What a runtime does so that its runs can ask people.
import type { OwnCapabilities } from '../boundary/index.ts';
import { type RunCore, unknownAskerKey } from '../run/index.ts';
import { askUser } from './ask.ts';
import { humanAsker } from './unknown.ts';

/** Puts the room's services in place; before the body begins. */
export function equipHuman(run: RunCore): void {
  run.provideLater('run.unknown_asker', () => [unknownAskerKey, humanAsker]);
}

/** People as the host boundary has them. */
export const hostInteraction: OwnCapabilities = {
  interaction: {
    description: 'Questions to people.',
    operations: {
      ask: {
        description: 'Asks a person `question` and waits for the answer.',
        run: (ctx, { question = '', kind = null }) =>
          askUser(ctx, String(question), {}, kind === null ? null : { answer_kind: kind }),
      },
    },
  },
};
