// What the parts of the type walk offer each other: a part gets the walk and asks it for everything that is not its own.
import type { HarnError, Span } from '../../../base/index.ts';
import type {
  Binary,
  BindingPattern,
  Block,
  Closure,
  Expression,
  MatchPattern,
  Statement,
  TypeExpr,
} from '../../ast.ts';
import type { BuiltinSpec } from '../../builtin-spec.ts';
import type { BindingRecord, ModuleRecord } from '../records.ts';
import type { BuiltinTypes } from './builtins.ts';
import type { Declared, TypeNode } from './declared.ts';
import type { Changes, Flow } from './flow.ts';
import type { FunctionType, Type } from './type.ts';
import type { TypeScope } from './type-scope.ts';

/** The function whose body is being walked. */
export interface Frame {
  /** What `return` must fit; undefined when nothing is declared or the function gives a generator. */
  readonly returns: Type | undefined;
  /** What its `return`s gave, for closures without a declared type. */
  readonly returned: Type[];
  readonly isClosure: boolean;
  readonly throws: Type | undefined;
  /** What `emit` and `yield` must fit, where the function declares what it produces. */
  readonly element?: Type | undefined;
}

export interface Walk {
  readonly record: ModuleRecord;
  readonly flow: Flow;
  readonly builtins: BuiltinTypes;
  readonly scope: TypeScope;
  readonly frame: Frame;
  /**
   * Whether the newer rules hold: nil must be handled before it is used. Only where the file or its project says that
   * it is of the newer edition; a file that could be of either is not held to rules that it may never have known.
   */
  readonly isStrict: boolean;
  /** Strict type mode: what comes from outside must be checked before something is read from it. */
  readonly checksBoundaries: boolean;
  /** What walking the right side of `&&` or `||` has changed, of those where it changed something. */
  readonly rightChanges: Map<Binary, Changes>;
  /** How many `break`s have been walked. */
  readonly breaks: number;

  /** The type of an expression; `expected` is what its place wants, as far as that helps to read it. */
  infer(node: Expression, expected?: Type): Type;
  /** Keeps the type of a name that is called, for tools. */
  note(node: Expression, type: Type): void;
  /** A block in a scope of its own: the type of its value, or `never` when every path leaves. */
  block(node: Block): Type;
  /** Statements in the scope that is open. */
  statements(nodes: readonly Statement[]): Type;
  /** Runs with an inner scope of type names. */
  inScope<R>(scope: TypeScope, run: () => R): R;
  inFrame(frame: Frame, run: () => void): void;

  readType(node: TypeExpr | undefined): Type;
  typeOf(binding: BindingRecord): Type;
  builtinType(spec: BuiltinSpec): Type;
  declared(node: TypeNode): Declared | undefined;
  bindPattern(pattern: BindingPattern, type: Type): void;
  bindMatch(pattern: MatchPattern, type: Type): void;
  functionHead(node: Closure): { readonly type: FunctionType; readonly scope: TypeScope };

  error(error: HarnError): void;
  /** What a run raises only when it gets there. */
  latent(error: HarnError): void;
  warn(error: HarnError): void;
}

/** Where a message points. */
export type At = { readonly span: Span };
