// Methods of sets that call a Harn function; the sync twin is generated.
import { HarnSet } from '../set.ts';
import type { Ctx, List, Steps } from '../value.ts';
import * as list from './list.ts';
import type { CallbackMethods } from './method.ts';

export function* map(ctx: Ctx, set: HarnSet, args: List): Steps {
  return new HarnSet((yield* list.map(ctx, set.toList(), args)) as List);
}

export function* filter(ctx: Ctx, set: HarnSet, args: List): Steps {
  return new HarnSet((yield* list.filter(ctx, set.toList(), args)) as List);
}

export function* any(ctx: Ctx, set: HarnSet, args: List): Steps {
  return yield* list.any(ctx, set.toList(), args);
}

export function* all(ctx: Ctx, set: HarnSet, args: List): Steps {
  return yield* list.all(ctx, set.toList(), args);
}

export function* forEach(ctx: Ctx, set: HarnSet, args: List): Steps {
  return yield* list.forEach(ctx, set.toList(), args);
}

export const setCallbacks: CallbackMethods<HarnSet> = new Map([
  ['map', map],
  ['filter', filter],
  ['any', any],
  ['all', all],
  ['every', all],
  ['for_each', forEach],
]);
