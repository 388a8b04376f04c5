// Text in images, read by the program `tesseract` of this machine: what it says about words is put together to lines and blocks.
// The image goes in by its standard input, so that nothing is written anywhere.
import { isJsonObject, type Json, type JsonObject, sha256 } from '../../base/index.ts';
import { isHostError } from '../host/index.ts';
import { defineEffect, type EffectEnv, type ExecutionScope } from '../run/index.ts';
import { ioErrors } from './errors.ts';

/** Larger images are refused. */
const MAX_IMAGE_BYTES = 32 * 1024 * 1024;
const USUAL_TIMEOUT_MS = 120_000;

export type OcrOptions = {
  /** A language of Tesseract, or several (`eng+deu`); `eng` when left out. */
  readonly language?: string | null;
  /** Two minutes when left out. */
  readonly timeout_ms?: number | null;
};

/** A path, or `{path}`, `{storage: {path}}`, `{bytes_base64, mime_type, name?}`, `{data_url, name?}`. */
export type OcrImage = string | JsonObject;

interface Image {
  readonly bytes: Uint8Array;
  readonly source: JsonObject;
}

const nameOf = (value: Json | undefined) => (typeof value === 'string' ? value : null);

/** The path of an image in a file; undefined when it is given as bytes. */
function pathOf(image: OcrImage): string | undefined {
  if (typeof image === 'string') return image;
  const { path, storage } = image;
  if (typeof path === 'string') return path;
  const kept = storage !== undefined && isJsonObject(storage) ? storage['path'] : undefined;
  return typeof kept === 'string' ? kept : undefined;
}

async function readImage(env: EffectEnv, image: OcrImage): Promise<Image> {
  const path = pathOf(image);
  if (path !== undefined) {
    const options = { signal: env.signal, maxBytes: MAX_IMAGE_BYTES };
    const bytes = await env.host.fs.readBytes(path, options);
    return withSource(bytes, { kind: 'path', path, name: path.split('/').at(-1) ?? path }, image);
  }
  const { bytes_base64: base64, data_url: url, name } = image as JsonObject;
  if (typeof base64 === 'string') {
    return withSource(fromBase64(base64), { kind: 'bytes', path: null, name: nameOf(name) }, image);
  }
  const [, mime, data] = typeof url === 'string' ? (DATA_URL.exec(url) ?? []) : [];
  if (data === undefined) throw ioErrors.badImage({ reason: 'it has neither a path nor bytes' });
  const about = { kind: 'data_url', path: null, name: nameOf(name), mime_type: mime ?? null };
  return withSource(fromBase64(data), about, image);
}

const DATA_URL = /^data:([\w.+/-]+)?(?:;[\w.+=-]+)*;base64,([\s\S]*)$/;

function withSource(bytes: Uint8Array, about: JsonObject, image: OcrImage): Image {
  if (bytes.length === 0) throw ioErrors.badImage({ reason: 'it is empty' });
  if (bytes.length > MAX_IMAGE_BYTES) throw ioErrors.badImage({ reason: 'it is above 32 MiB' });
  const mime = typeof image === 'string' ? null : nameOf(image['mime_type']);
  return {
    bytes,
    source: { mime_type: mime, ...about, size_bytes: bytes.length, sha256: sha256(bytes) },
  };
}

function fromBase64(text: string): Uint8Array {
  try {
    return Uint8Array.from(atob(text), (char) => char.charCodeAt(0));
  } catch {
    throw ioErrors.badImage({ reason: 'its bytes are no base64' });
  }
}

/** Runs the program; gives its table of words. */
async function tableOf(env: EffectEnv, bytes: Uint8Array, language: string, timeoutMs: number) {
  const argv = ['tesseract', 'stdin', 'stdout', '-l', language, 'tsv'];
  const asked = { argv, stdin: bytes, timeoutMs, signal: env.signal };
  const result = await env.host.process.run(asked).catch((error: unknown) => {
    throw isHostError(error, 'commandNotFound') ? ioErrors.noOcr({}, { cause: error }) : error;
  });
  if (result.timedOut) throw ioErrors.ocrFailed({ reason: `nothing within ${timeoutMs} ms` });
  if (result.exitCode !== 0) {
    const [said = ''] = result.stderr.trim().split('\n').slice(-1);
    throw ioErrors.ocrFailed({ reason: said === '' ? `it ended with ${result.exitCode}` : said });
  }
  return result.stdout;
}

interface Box {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

interface Word {
  readonly text: string;
  /** From 0 to 1. */
  readonly confidence: number;
  readonly bbox: Box;
  /** Which block and which line of the image, as the program counts them. */
  readonly block: string;
  readonly line: string;
}

/** The words of the table: columns level, page, block, paragraph, line, word, left, top, width, height, confidence, text. */
function wordsOf(table: string): readonly Word[] {
  return table.split(/\r?\n/).flatMap((row) => {
    const cells = row.split('\t');
    const [level, page, block, paragraph, line] = cells;
    const text = cells.slice(11).join('\t').trim();
    if (level !== '5' || text === '') return [];
    const [left = 0, top = 0, width = 0, height = 0] = cells.slice(6, 10).map(Number);
    const confidence = Math.max(0, Number(cells[10] ?? 0)) / 100;
    const inBlock = `${page} ${block}`;
    const bbox = { left, top, width, height };
    return [{ text, confidence, bbox, block: inBlock, line: `${inBlock} ${paragraph} ${line}` }];
  });
}

function groups(words: readonly Word[], key: 'block' | 'line'): readonly (readonly Word[])[] {
  const found = new Map<string, Word[]>();
  for (const word of words) {
    const group = found.get(word[key]);
    if (group === undefined) found.set(word[key], [word]);
    else group.push(word);
  }
  return [...found.values()];
}

function around(words: readonly Word[]): Box {
  const [left, top] = (['left', 'top'] as const).map((side) =>
    words.reduce((least, { bbox }) => Math.min(least, bbox[side]), Number.POSITIVE_INFINITY),
  ) as [number, number];
  const right = words.reduce((most, { bbox }) => Math.max(most, bbox.left + bbox.width), 0);
  const bottom = words.reduce((most, { bbox }) => Math.max(most, bbox.top + bbox.height), 0);
  return { left, top, width: right - left, height: bottom - top };
}

function meanOf(words: readonly Word[]): number {
  const sum = words.reduce((total, { confidence }) => total + confidence, 0);
  return words.length === 0 ? 0 : Math.round((sum / words.length) * 10_000) / 10_000;
}

const lineText = (words: readonly Word[]) => words.map(({ text }) => text).join(' ');
const blockText = (words: readonly Word[]) => groups(words, 'line').map(lineText).join('\n');

function structured(words: readonly Word[], source: JsonObject, language: string): JsonObject {
  const blocks = groups(words, 'block');
  const lines = groups(words, 'line');
  const record = (text: string, of: readonly Word[]) => ({
    text,
    bbox: { ...around(of) },
    confidence: meanOf(of),
  });
  const text = blocks.map(blockText).join('\n\n');
  return {
    _type: 'structured_text',
    text,
    blocks: blocks.map((of) => record(blockText(of), of)),
    lines: lines.map((of) => record(lineText(of), of)),
    tokens: words.map(({ text: word, confidence, bbox }) => ({
      text: word,
      confidence,
      bbox: { ...bbox },
    })),
    source,
    backend: { name: 'tesseract', language },
    stats: {
      block_count: blocks.length,
      line_count: lines.length,
      token_count: words.length,
      character_count: [...text].length,
      mean_confidence: meanOf(words),
    },
  };
}

/** An image in a file, looked for from where the caller stands. */
function placed(scope: ExecutionScope, [image, ...rest]: readonly [OcrImage, OcrOptions?]) {
  const path = pathOf(image);
  if (path === undefined) return [image, ...rest];
  const at = scope.path(path);
  return [typeof image === 'string' ? at : { ...image, path: at }, ...rest];
}

export const ocrEffects = {
  /** `{text, blocks, lines, tokens, source, backend, stats}` of an image, by the program `tesseract`. */
  ocr: defineEffect(
    { name: 'process.ocr', class: 'read', access: 'mutate', scoped: placed },
    async (env, image: OcrImage, options: OcrOptions = {}): Promise<JsonObject> => {
      const language = options.language ?? 'eng';
      // What begins with a dash would be an option of the program.
      if (!/^\w[\w+/-]*$/.test(language)) throw ioErrors.badOcrLanguage({ language });
      const { bytes, source } = await readImage(env, image);
      const timeoutMs = options.timeout_ms ?? USUAL_TIMEOUT_MS;
      return structured(wordsOf(await tableOf(env, bytes, language, timeoutMs)), source, language);
    },
  ),
};
