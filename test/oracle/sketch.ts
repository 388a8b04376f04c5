// Sketches of random programs: trees without names. Which variable or function a sketch means is decided when it is
// rendered, by counting through what is in scope there, so every smaller sketch is a valid program too. That is what
// makes failing programs shrink to a few lines.

/** A number-valued expression. `pick` counts through the candidates in scope. */
export type Num =
  | { readonly k: 'int'; readonly text: string }
  | { readonly k: 'decimal'; readonly of: string }
  | { readonly k: 'var'; readonly pick: number }
  | { readonly k: 'op'; readonly op: string; readonly left: Num; readonly right: Num }
  | { readonly k: 'neg'; readonly of: Num }
  | { readonly k: 'mark'; readonly of: Num }
  | { readonly k: 'if'; readonly cond: Bool; readonly yes: Body; readonly otherwise: Body }
  | { readonly k: 'ternary'; readonly cond: Bool; readonly yes: Num; readonly otherwise: Num }
  | {
      readonly k: 'match';
      readonly subject: Num;
      readonly arms: readonly Arm[];
      readonly rest: Body;
    }
  | { readonly k: 'try'; readonly body: Body; readonly handler: Body; readonly fin: Stmts | null }
  | { readonly k: 'result'; readonly body: Body; readonly otherwise: Num }
  | {
      readonly k: 'call';
      readonly pick: number;
      readonly args: readonly Num[];
      readonly pipe: boolean;
    }
  | { readonly k: 'at'; readonly list: List; readonly index: Num }
  | { readonly k: 'field'; readonly dict: Dict; readonly key: string }
  | { readonly k: 'len'; readonly of: List | Text }
  | { readonly k: 'reduce'; readonly list: List; readonly body: Num }
  | { readonly k: 'parallel'; readonly list: List; readonly body: Body }
  | { readonly k: 'propagate'; readonly cond: Bool; readonly value: Num }
  | { readonly k: 'wrap'; readonly how: string; readonly body: Body }
  | { readonly k: 'escape'; readonly how: Leave; readonly cond: Bool; readonly value: Num };

export type Bool =
  | { readonly k: 'bool'; readonly value: boolean }
  | { readonly k: 'compare'; readonly op: string; readonly left: Num; readonly right: Num }
  | { readonly k: 'logic'; readonly op: string; readonly left: Bool; readonly right: Bool }
  | { readonly k: 'not'; readonly of: Bool }
  | { readonly k: 'in'; readonly item: Num; readonly list: List; readonly negated: boolean };

export type Text =
  | { readonly k: 'text'; readonly value: string }
  | { readonly k: 'textVar'; readonly pick: number }
  | { readonly k: 'interpolate'; readonly parts: readonly Any[] }
  | { readonly k: 'join'; readonly left: Text; readonly right: Text }
  | { readonly k: 'repeat'; readonly of: Text; readonly times: number }
  | { readonly k: 'textMethod'; readonly of: Text; readonly method: string };

export type List =
  | { readonly k: 'list'; readonly items: readonly Num[]; readonly spread: List | null }
  | { readonly k: 'listVar'; readonly pick: number }
  | { readonly k: 'map'; readonly of: List; readonly body: Body }
  | { readonly k: 'lazy'; readonly of: List; readonly body: Body; readonly test: Bool }
  | { readonly k: 'filter'; readonly of: List; readonly body: Bool }
  | { readonly k: 'append'; readonly of: List; readonly item: Num; readonly method: boolean }
  | { readonly k: 'slice'; readonly of: List; readonly from: number; readonly to: number };

export type Dict =
  | {
      readonly k: 'dict';
      readonly entries: readonly (readonly [string, Num])[];
      readonly spread: Dict | null;
    }
  | { readonly k: 'dictVar'; readonly pick: number }
  | { readonly k: 'merge'; readonly left: Dict; readonly right: Dict };

export type Any = Num | Bool | Text | List | Dict;

export type Leave = 'return' | 'break' | 'continue' | 'throw';

/** Statements and then a value: what stands between braces in expression position. */
export interface Body {
  readonly stmts: Stmts;
  readonly value: Num;
}

export interface Arm {
  /** Numbers that fit, or null for a name that takes anything. */
  readonly literals: readonly number[] | null;
  readonly guard: Bool | null;
  readonly body: Body;
}

export type Stmts = readonly Stmt[];

export type Stmt =
  | {
      readonly s: 'let';
      readonly value: Any;
      readonly fixed: boolean;
      readonly shadow: number | null;
    }
  | { readonly s: 'set'; readonly pick: number; readonly op: string; readonly value: Num }
  | { readonly s: 'setList'; readonly pick: number; readonly value: List }
  | {
      readonly s: 'put';
      readonly pick: number;
      readonly index: Num;
      readonly op: string;
      readonly value: Num;
    }
  | {
      readonly s: 'putKey';
      readonly pick: number;
      readonly key: string;
      readonly op: string;
      readonly value: Num;
    }
  | { readonly s: 'setText'; readonly pick: number; readonly op: string; readonly value: Text }
  | { readonly s: 'grow'; readonly pick: number; readonly item: Num; readonly how: number }
  | { readonly s: 'growDict'; readonly pick: number; readonly value: Dict; readonly how: number }
  | { readonly s: 'putTree'; readonly place: number; readonly op: string; readonly value: Num }
  | { readonly s: 'print'; readonly of: Any }
  | {
      readonly s: 'if';
      readonly cond: Bool;
      readonly yes: Stmts;
      readonly otherwise: Stmts | null;
    }
  | { readonly s: 'for'; readonly over: Walk; readonly body: Stmts }
  | { readonly s: 'while'; readonly turns: number; readonly body: Stmts }
  | {
      readonly s: 'try';
      readonly body: Stmts;
      readonly handler: Stmts | null;
      readonly fin: Stmts | null;
    }
  | { readonly s: 'defer'; readonly body: Stmts }
  | {
      readonly s: 'demand';
      readonly cond: Bool;
      readonly value: Num;
      readonly how: Leave | 'require';
    }
  | { readonly s: 'spawn'; readonly body: Body; readonly meanwhile: Stmts }
  | { readonly s: 'typedTry'; readonly value: Num; readonly body: Stmts; readonly handler: Stmts }
  | { readonly s: 'pull'; readonly body: Stmts; readonly between: Stmts; readonly stream: boolean }
  | { readonly s: 'leave'; readonly how: Leave; readonly cond: Bool | null; readonly value: Num }
  | {
      readonly s: 'unpackList';
      readonly list: List;
      readonly fallback: Num;
      readonly rest: boolean;
    }
  | { readonly s: 'unpackDict'; readonly dict: Dict; readonly key: string; readonly fallback: Num }
  | {
      readonly s: 'matchList';
      readonly list: List;
      readonly one: Stmts;
      readonly more: Stmts;
      readonly rest: Stmts;
    }
  | {
      readonly s: 'matchDict';
      readonly dict: Dict;
      readonly key: string;
      readonly hit: Stmts;
      readonly miss: Stmts;
    }
  | {
      readonly s: 'matchEnum';
      readonly value: Num;
      readonly which: number;
      readonly hit: Stmts;
      readonly miss: Stmts;
    }
  | { readonly s: 'block'; readonly body: Stmts }
  | { readonly s: 'closure'; readonly body: Body; readonly params: number }
  | { readonly s: 'fn'; readonly fn: Fn }
  | { readonly s: 'collect'; readonly turns: number; readonly body: Body; readonly before: Stmts }
  | { readonly s: 'retry'; readonly times: number; readonly body: Stmts }
  | { readonly s: 'struct'; readonly x: Num; readonly y: Num; readonly delta: Num };

export type Walk =
  | { readonly w: 'range'; readonly count: number; readonly exclusive: boolean }
  | { readonly w: 'list'; readonly list: List }
  | { readonly w: 'dict'; readonly dict: Dict }
  | {
      readonly w: 'generator';
      readonly body: Stmts;
      readonly count: number;
      readonly stream: boolean;
    };

export interface Fn {
  readonly params: number;
  /** Types written at the parameters, in turn; nil for none. */
  readonly types: readonly (string | null)[];
  readonly fallback: Num | null;
  readonly rest: boolean;
  /** Calls itself this many times; 0 for a plain function. */
  readonly loops: number;
  /** Whether the call of itself is the last thing it does. */
  readonly tail: boolean;
  readonly body: Body;
}

export interface ProgramSketch {
  /** Spell bindings `let`/`var` instead of `const`/`let`. */
  readonly older: boolean;
  readonly entry: 'script' | 'pipeline' | 'importing';
  readonly fns: readonly Fn[];
  readonly body: Body;
}
