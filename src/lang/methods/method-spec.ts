// What a row in the tables of methods says: the one place where the types, documentation and other names of a method of a
// built-in value are written. What it does is in values/; a test holds both to the same names.

/** One method as the checker, the language server and the documentation see it. */
export interface MethodSpec {
  /** `list`: one of the names in `METHOD_KINDS`. */
  readonly kind: string;
  readonly name: string;
  /**
   * `map<T, U>(f: fn(T) -> U) -> list<U>`, in Harn's syntax. T is the element of the receiver (of a dict: the type of its
   * values); the other type parameters are chosen by the call.
   */
  readonly signature: string;
  /** One line. */
  readonly doc: string;
  /** Other names of the same method. */
  readonly aliases: readonly string[];
}

/** Signature, documentation, other names. */
type Row = readonly [signature: string, doc: string, ...aliases: string[]];

/** The rows of one kind of value. */
export function methodRows(kind: string, rows: readonly Row[]): readonly MethodSpec[] {
  return rows.map(([signature, doc, ...aliases]) => {
    const name = signature.slice(0, signature.search(/[(<]/));
    return { kind, name, signature, doc, aliases };
  });
}

/** The same signature under another name. */
export function signatureAs({ name, signature }: MethodSpec, alias: string): string {
  return alias + signature.slice(name.length);
}
