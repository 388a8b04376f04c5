// What the emitter keeps about a place in the output: where a value goes, the JavaScript function under construction,
// its loops, and the bodies that jumps have to cross.
import type { Binding, FunctionFacts } from '../2-check/checked-module.ts';
import type { Node } from '../ast.ts';
import type { Js } from './js.ts';

/** Where the value of an expression goes. */
export type Dest =
  | { readonly kind: 'discard' }
  /** Assigned to a JavaScript variable. */
  | { readonly kind: 'assign'; readonly name: string }
  /** Returned from the Harn function. */
  | { readonly kind: 'return' }
  /** Returned from the JavaScript function that is the body of a `deadline`. */
  | { readonly kind: 'yieldValue' };

export const DISCARD: Dest = { kind: 'discard' };
export const RETURN: Dest = { kind: 'return' };

/** A loop that `break` and `continue` may leave. */
export interface Loop {
  readonly breakLabel: string;
  readonly continueLabel: string;
  usesBreak: boolean;
  usesContinue: boolean;
  /** How many inline bodies were open where the loop starts. */
  readonly depth: number;
}

/** The body of a `deadline`: a JavaScript function of its own, which jumps out of it have to cross. */
export interface InlineBody {
  /** Variable that says how the body ended: 0 normally, 1 by return, n + 2 by the n-th jump. */
  readonly how: string;
  /** Variable that holds the returned value. */
  readonly value: string;
  returns: boolean;
  readonly jumps: Js[];
}

/** One JavaScript function under construction. */
export interface Frame {
  readonly node: Node;
  readonly facts: FunctionFacts;
  /** Emitted as a generator function. */
  readonly suspends: boolean;
  /** Inside a Harn generator or stream: `return` ends it. */
  readonly produces: FunctionFacts['produces'];
  temps: number;
  maxTemps: number;
  ticks: boolean;
  readonly loops: Loop[];
  readonly inline: InlineBody[];
  /** Variables that are already declared; a further declaration only assigns. */
  readonly declared: Set<Binding>;
  /** Set while the function has tail calls to itself. */
  selfTail:
    | { readonly label: string; readonly params: readonly string[]; readonly rest: boolean }
    | undefined;
}
