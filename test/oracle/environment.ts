// Environments of the reference interpreter: scopes are maps from names to cells. A cell is one variable of one
// activation, so closures that share it see each other's writes. Which declaration a name means follows the text: a
// binding is visible to code written after it, wherever that code runs, so each cell remembers where it begins.
import type { Edition, EnumDeclaration, Node } from '../../src/lang/ast.ts';
import { fail, type StructClass, type Value } from '../../src/values/index.ts';

/** What a name can stand for besides a variable. */
export type Entity =
  | { readonly kind: 'struct'; readonly struct: StructClass }
  | { readonly kind: 'enum'; readonly declaration: EnumDeclaration };

export interface CellOptions {
  readonly mutable?: boolean;
  readonly visibleFrom?: number;
  /** Where else it is visible: the defaults of a pattern see what stands before them in it. */
  readonly alsoWithin?: { readonly start: number; readonly end: number } | undefined;
  readonly ofModule?: boolean;
  readonly value?: Value | undefined;
  readonly entity?: Entity;
  readonly declaredBy?: Node;
}

/** One variable of one activation. `value` is undefined until its declaration has run. */
export class Cell {
  value: Value | undefined;
  readonly name: string;
  readonly mutable: boolean;
  /** Offset in the source from which on the name is visible; 0 for what is hoisted. */
  readonly visibleFrom: number;
  readonly alsoWithin: { readonly start: number; readonly end: number } | undefined;
  /** Variables of a module are visible to all of its functions, wherever they stand in the text. */
  readonly ofModule: boolean;
  readonly entity: Entity | undefined;
  readonly declaredBy: Node | undefined;

  constructor(name: string, options: CellOptions) {
    this.name = name;
    this.mutable = options.mutable ?? false;
    this.visibleFrom = options.visibleFrom ?? 0;
    this.alsoWithin = options.alsoWithin;
    this.ofModule = options.ofModule ?? false;
    this.value = options.value;
    this.entity = options.entity;
    this.declaredBy = options.declaredBy;
  }

  isVisibleAt(at: number): boolean {
    const { visibleFrom, alsoWithin } = this;
    if (visibleFrom <= at) return true;
    return alsoWithin !== undefined && alsoWithin.start <= at && at < alsoWithin.end;
  }
}

/** One lexical scope. A name may have several cells when it is declared again in the same scope. */
export class Scope {
  readonly edition: Edition;
  readonly #cells = new Map<string, Cell[]>();
  readonly #parent: Scope | undefined;

  constructor(parent: Scope | undefined, edition: Edition = parent?.edition ?? '2026') {
    this.#parent = parent;
    this.edition = edition;
  }

  /** Adds a cell; `_` binds nothing. */
  add(cell: Cell, name: string = cell.name): Cell {
    if (name === '_') return cell;
    const cells = this.#cells.get(name);
    if (cells === undefined) this.#cells.set(name, [cell]);
    else cells.push(cell);
    return cell;
  }

  declare(name: string, options: CellOptions): Cell {
    return this.add(new Cell(name, options));
  }

  /** The cells of this very scope, in order of declaration. */
  own(name: string): readonly Cell[] {
    return this.#cells.get(name) ?? [];
  }

  /** The cell that `name` means when written at offset `at`. */
  find(name: string, at: number): Cell | undefined {
    const own = this.own(name);
    const visible = own.findLast((cell) => cell.isVisibleAt(at));
    return visible ?? own.find((cell) => cell.ofModule) ?? this.#parent?.find(name, at);
  }

  write(name: string, at: number, value: Value): void {
    const cell = this.find(name, at);
    if (cell?.value === undefined) throw fail.undefinedVariable({ name });
    if (!cell.mutable) throw fail.immutableAssignment({ name });
    cell.value = value;
  }
}
