// What the editor has been told is wrong, file by file. A file that is open shows what its own check found; any other
// shows what the checks of open files found in it. Nothing is told twice.
import type { Diagnostic } from 'vscode-languageserver';

type ByFile = ReadonlyMap<string, readonly Diagnostic[]>;

export class Published {
  readonly #byEntry = new Map<string, ByFile>();
  readonly #told = new Map<string, string>();
  /** What each was found in, by its identity. */
  readonly #checked = new Map<string, object>();
  readonly #tell: (uri: string, diagnostics: Diagnostic[]) => void;

  constructor(tell: (uri: string, diagnostics: Diagnostic[]) => void) {
    this.#tell = tell;
  }

  /** Takes what the check of an open file found, there and in what it imports. */
  found(entry: string, program: object, byFile: ByFile): void {
    this.#byEntry.set(entry, byFile);
    this.#checked.set(entry, program);
    this.#update();
  }

  closed(entry: string): void {
    this.#byEntry.delete(entry);
    this.#checked.delete(entry);
    this.#update();
  }

  /** Whether what a program has wrong is told already. */
  knows(entry: string, program: object | undefined): boolean {
    return program !== undefined && this.#checked.get(entry) === program;
  }

  #update(): void {
    const files = new Set(this.#told.keys());
    for (const [entry, byFile] of this.#byEntry) {
      files.add(entry);
      for (const file of byFile.keys()) files.add(file);
    }
    for (const file of files) {
      const diagnostics = this.#of(file);
      const text = JSON.stringify(diagnostics);
      if (this.#told.get(file) === text) continue;
      if (diagnostics.length === 0 && !this.#byEntry.has(file)) {
        if (this.#told.delete(file)) this.#tell(file, []);
        continue;
      }
      this.#told.set(file, text);
      this.#tell(file, diagnostics);
    }
  }

  #of(file: string): Diagnostic[] {
    const own = this.#byEntry.get(file);
    if (own !== undefined) return [...(own.get(file) ?? [])];
    const found = new Map<string, Diagnostic>();
    for (const byFile of this.#byEntry.values())
      for (const each of byFile.get(file) ?? []) found.set(JSON.stringify(each), each);
    return [...found.values()];
  }
}
