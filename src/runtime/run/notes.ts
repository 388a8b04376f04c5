// Lists in the memory of a run that grow by facts, one after the other: what its model calls were like, for instance. A
// recorded unit that replay does not enter has its notes in its outcome, so taking one costs no unit its shortcut.
import type { JsonObject } from '../../base/index.ts';
import type { RunContext } from './context.ts';
import type { ServiceKey } from './effect.ts';
import { type UnitNote, unitOf } from './unit-state.ts';

/** Of each list the last so many are kept. */
const KEPT = 10_000;

/** The lists of this run, by name. */
export const notesKey: ServiceKey<Map<string, JsonObject[]>> = {
  name: 'run.notes',
  create: () => new Map(),
};

/** Adds a fact to a list. */
export function addNote(ctx: RunContext, list: string, fact: JsonObject): void {
  takeNotes(ctx, [{ list, fact }]);
}

/** Adds what a unit noted that is not entered again. */
export function takeNotes(ctx: RunContext, notes: readonly UnitNote[]): void {
  const lists = ctx.run.get(notesKey);
  const unit = unitOf(ctx.task);
  for (const note of notes) {
    unit?.countNote(note);
    const facts = lists.get(note.list) ?? [];
    facts.push(note.fact);
    if (facts.length > KEPT) facts.shift();
    lists.set(note.list, facts);
  }
}
