// What a chat needs of whoever sits in front of it: messages, decisions, and a place to show what happens.
import type { Json } from '../../base/index.ts';
import { nearest } from '../suggest.ts';
import { commandNames } from './command-names.ts';
import type { ChatState } from './pipeline.ts';

/** What can be typed: a message, a command of the chat, or the wish to leave (also the end of the input). */
export type Typed =
  | { readonly kind: 'message'; readonly text: string }
  | { readonly kind: 'command'; readonly name: string; readonly rest: string }
  | { readonly kind: 'leave' };

/** What happens in a chat, in order. */
export type ChatEvent =
  | {
      readonly type: 'session';
      readonly session_id: string;
      readonly run_id: string | null;
      readonly messages: number;
    }
  | { readonly type: 'text' | 'thinking'; readonly text: string }
  | {
      readonly type: 'tool_call';
      readonly id: string;
      readonly name: string;
      readonly arguments: Json;
    }
  | {
      readonly type: 'tool_result';
      readonly id: string;
      readonly name: string;
      readonly ok: boolean;
      readonly result: Json;
      readonly ms: number;
    }
  | { readonly type: 'approval'; readonly question: string; readonly answer: string }
  | { readonly type: 'turn'; readonly state: ChatState }
  | { readonly type: 'note'; readonly text: string }
  | { readonly type: 'error'; readonly code: string; readonly message: string };

/** A skill that can be called: `/id`. */
export interface ChatSkill {
  readonly id: string;
  readonly short: string;
  /** What stands behind its name; empty when its author does not say. */
  readonly hint: string;
}

export interface Front {
  /** What is typed next. Rejects when `signal` is aborted: somebody else has answered. */
  next(signal: AbortSignal): Promise<Typed>;
  /** `yes`, `no`, `always`, or why not; undefined stops the turn. */
  approve(question: string, signal: AbortSignal): Promise<string | undefined>;
  show(event: ChatEvent): void;
  /** Called when the user wants the turn stopped. */
  onStop(stop: () => void): void;
  close(): void;
}

/** Reads a line that may be a command, `/model gpt-5`, or call a skill: `/ops/deploy staging`. */
export function typedOf(text: string, skills: readonly ChatSkill[]): Typed {
  const command = /^\/([\w/-]+)(?:\s+(.*))?$/s.exec(text.trim());
  const [, name = '', rest = ''] = command ?? [];
  const ours = [...commandNames, ...skills.map(({ id }) => id)];
  // A path at the beginning of a message is none of ours; a word alone, or one that is like a name of ours, is a slip.
  const isSlip = /^[a-z]+$/.test(name) && (rest === '' || nearest(name, ours) !== undefined);
  const isOurs = ours.includes(name) || isSlip;
  return isOurs ? { kind: 'command', name, rest: rest.trim() } : { kind: 'message', text };
}
