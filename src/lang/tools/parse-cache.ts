// Parsed modules kept by their text: editors check the same files again and again, and most of them have not changed.
import { DiagnosticSink, type Source } from '../../base/index.ts';
import { type ParseOptions, type ParseResult, parse } from '../1-parse/parser.ts';

interface Kept {
  readonly text: string;
  readonly edition: ParseOptions['edition'];
  readonly fallback: ParseOptions['fallbackEdition'];
  readonly result: ParseResult;
}

/** Texts of one file that are worth keeping: as it is, as it was, and with a stand-in for what is being typed. */
const TEXTS_PER_FILE = 4;

/** Use one for all checks of a session. Trees are never written to, so checks may share them. */
export class ParseCache {
  readonly #files = new Map<string, Kept[]>();
  #hits = 0;

  /** How often an answer was there already. */
  get hits(): number {
    return this.#hits;
  }

  /** The same as `parse`; findings also go to the sink of the options. */
  readonly parse = (source: Source, options: ParseOptions = {}): ParseResult => {
    const result = this.#find(source, options) ?? this.#read(source, options);
    for (const finding of result.diagnostics.all) options.sink?.report(finding);
    return result;
  };

  /** Forgets a file that is gone. */
  forget(id: string): void {
    this.#files.delete(id);
  }

  #find(source: Source, { edition, fallbackEdition }: ParseOptions): ParseResult | undefined {
    const found = this.#files
      .get(source.id)
      ?.find(
        (kept) =>
          kept.edition === edition &&
          kept.fallback === fallbackEdition &&
          kept.text === source.text,
      );
    if (found !== undefined) this.#hits += 1;
    return found?.result;
  }

  #read(source: Source, { edition, fallbackEdition }: ParseOptions): ParseResult {
    const result = parse(source, { edition, fallbackEdition, sink: new DiagnosticSink() });
    const kept = this.#files.get(source.id) ?? [];
    kept.unshift({ text: source.text, edition, fallback: fallbackEdition, result });
    kept.length = Math.min(kept.length, TEXTS_PER_FILE);
    this.#files.set(source.id, kept);
    return result;
  }
}
