// Types of agents.mjs.
export const LOOPS: number;
export const TURNS: number;
export const TASK: string;
export interface Meeting {
  come(turn: number): Promise<void>;
  perLoop(): { readonly heldKb: number; readonly rssKb: number };
}
export function meeting(): Meeting;
export function measure(loop: (n: number) => Promise<string>, all: Meeting): Promise<void>;
