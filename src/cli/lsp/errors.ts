// What the language server refuses. Editors show the message.
import { defineErrors, row } from '../../base/index.ts';

export const lspErrors = defineErrors('LSP', {
  notAName: row<{ text: string }>({
    number: 1,
    message: ({ text }) => `\`${text}\` cannot be the name of anything`,
    hint: 'A name is made of letters, digits and `_`, begins with no digit, and is no reserved word.',
  }),
  notRenamable: row<Record<string, never>>({
    number: 2,
    message: () => 'There is nothing here that can be renamed',
    hint: 'Variables, functions and types of your own files can; members and what comes with Harn cannot.',
  }),
  notInitialized: row<Record<string, never>>({
    number: 3,
    message: () => 'Nothing can be asked before `initialize`',
  }),
  isShutDown: row<Record<string, never>>({
    number: 4,
    message: () => 'Nothing can be asked after `shutdown`',
  }),
  badParams: row<{ missing: string }>({
    number: 5,
    message: ({ missing }) => `The request lacks \`${missing}\`, or it is no such thing`,
  }),
  cancelled: row<Record<string, never>>({
    number: 6,
    message: () => 'The request was taken back',
  }),
  notAText: row<Record<string, never>>({
    number: 7,
    message: () => 'That is no text, or no change of one; nothing was changed',
  }),
});
