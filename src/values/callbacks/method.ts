// The type of a method that calls Harn functions. The generated twin of this file has the sync form.
import type { Ctx, List, Steps } from '../value.ts';

export type CallbackMethod<Self> = (ctx: Ctx, self: Self, args: List) => Steps;
export type CallbackMethods<Self> = ReadonlyMap<string, CallbackMethod<Self>>;
