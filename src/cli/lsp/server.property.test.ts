// The language server against editors that do anything: every request has a result or an error with a code, nothing
// ends the server, and what it knows of a text is the text.
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Answer, Wire } from './wire.fixture.ts';

const MAIN = `import { area } from "./lib"\r
enum Shape { Circle(radius: float), Point }
struct Box { width: int, label: string }

/// 𝄞 one
fn main(harness: Harness) {
  const box = Box { width: area(2), label: "😀 \${area(3)}" }
  const f = { x -> x + box.width }
  match Shape.Point { Shape.Circle(r) -> { log(r) } Shape.Point -> { log("é") } }
  harness.stdio.println(box.label)
}
`;
const LIB =
  'import { twice } from "./main"\npub fn area(side: int) -> int {\n  return side * side\n}\n';
const FILES = ['main.harn', 'lib.harn', 'unsaved.harn', 'gone.harn', 'harn.toml'];

const METHODS = [
  'hover',
  'completion',
  'signatureHelp',
  'definition',
  'references',
  'prepareRename',
  'rename',
  'documentSymbol',
  'documentHighlight',
  'foldingRange',
  'selectionRange',
  'formatting',
  'codeAction',
  'semanticTokens/full',
  'inlayHint',
  'codeLens',
  'prepareCallHierarchy',
].map((name) => `textDocument/${name}`);
const OTHERS = [
  'workspace/symbol',
  'callHierarchy/incomingCalls',
  'callHierarchy/outgoingCalls',
  'workspace/willRenameFiles',
  'harn/unknown',
  'textDocument/implementation',
  '',
];

const position = fc.record({ line: fc.integer({ max: 20 }), character: fc.integer({ max: 70 }) });
const near = fc.record({ line: fc.nat(12), character: fc.nat(60) });
const place = fc.oneof({ weight: 5, arbitrary: near }, { weight: 1, arbitrary: position });
const range = fc.record({ start: place, end: place });
const file = fc.constantFrom(...FILES);
const piece = fc.constantFrom(
  ...[
    '',
    'x',
    '\n',
    '\r\n',
    '\r',
    '{',
    '}',
    '"',
    '"""',
    '${',
    '/*',
    '𝄞',
    '\ud834',
    '@',
    '.',
    'import "',
  ],
);
const garbage = fc.oneof(
  fc.constantFrom(undefined, null, [], {}, 'text', 7, { textDocument: null }, { position: 'here' }),
  fc.record({ textDocument: fc.record({ uri: fc.oneof(fc.string(), fc.integer()) }) }),
  fc.object({ maxDepth: 2 }),
);

type Step =
  | {
      readonly kind: 'ask';
      readonly method: string;
      readonly params: unknown;
      readonly isTaken: boolean;
    }
  | { readonly kind: 'tell'; readonly method: string; readonly params: unknown };

function stepOf(wire: () => Wire): fc.Arbitrary<Step> {
  const inFile = fc
    .record({ file, position: place, range, newName: fc.constantFrom('other', '', 'fn', '𝄞') })
    .map(({ file: name, ...rest }) => ({
      textDocument: { uri: wire().uri(name) },
      ...rest,
      positions: [rest.position],
      context: { includeDeclaration: true, diagnostics: [] },
      options: { tabSize: 2, insertSpaces: true },
      query: 'a',
    }));
  const params = fc.oneof({ weight: 6, arbitrary: inFile }, { weight: 1, arbitrary: garbage });
  const ask = fc.record({
    kind: fc.constant('ask' as const),
    method: fc.oneof(
      { weight: 6, arbitrary: fc.constantFrom(...METHODS) },
      { weight: 1, arbitrary: fc.constantFrom(...OTHERS) },
    ),
    params,
    isTaken: fc.boolean(),
  });
  const edits = fc.array(
    fc.oneof(fc.record({ range, text: piece }), fc.record({ text: fc.constantFrom(MAIN, LIB) })),
    { maxLength: 4 },
  );
  const version = fc.oneof(fc.integer(), fc.constant(null));
  const change = fc
    .record({ file, edits, version })
    .map(({ file: name, edits: changes, version: n }) => ({
      method: 'textDocument/didChange',
      params: { textDocument: { uri: wire().uri(name), version: n }, contentChanges: changes },
    }));
  const open = fc
    .record({ file, text: fc.constantFrom(MAIN, LIB, '') })
    .map(({ file: name, text }) => ({
      method: 'textDocument/didOpen',
      params: { textDocument: { uri: wire().uri(name), languageId: 'harn', version: 1, text } },
    }));
  const close = file.map((name) => ({
    method: 'textDocument/didClose',
    params: { textDocument: { uri: wire().uri(name) } },
  }));
  const odd = fc.record({
    method: fc.constantFrom(
      ...['didOpen', 'didChange', 'didClose', 'didSave'].map((name) => `textDocument/${name}`),
      'workspace/didChangeWatchedFiles',
      'workspace/didChangeWorkspaceFolders',
      'workspace/didChangeConfiguration',
      '$/cancelRequest',
      '$/unknown',
      'harn/unknown',
    ),
    params: garbage,
  });
  const tell = fc
    .oneof(change, change, open, close, odd)
    .map((told) => ({ kind: 'tell' as const, ...told }));
  return fc.oneof(ask, ask, tell);
}

/** Codes of the protocol that say whose fault it is; -32603 is a defect of ours. */
const CODES = new Set([-32_600, -32_601, -32_602, -32_002, -32_800, -32_801, -32_803]);

function expectSaid(step: { readonly method: string; readonly params: unknown }, answer: Answer) {
  if (answer.error === undefined) expect(answer).toHaveProperty('result');
  else expect(CODES, JSON.stringify({ step, answer })).toContain(answer.error.code);
}

let wire: Wire;
beforeAll(async () => {
  wire = new Wire({ 'main.harn': MAIN, 'lib.harn': LIB });
  await wire.initialize();
});
afterAll(() => wire.remove());

test('any questions, edits and nonsense are answered', async () => {
  const steps = fc.array(
    stepOf(() => wire),
    { minLength: 5, maxLength: 25 },
  );
  await fc.assert(
    fc.asyncProperty(steps, async (all) => {
      const asked = all.flatMap((step) => {
        if (step.kind === 'tell') {
          wire.notify(step.method, step.params);
          return [];
        }
        const { id, answer } = wire.ask(step.method, step.params);
        if (step.isTaken) wire.notify('$/cancelRequest', { id });
        return [answer.then((said) => expectSaid(step, said))];
      });
      await Promise.all(asked);
    }),
    { numRuns: 150 },
  );
  const params = {
    textDocument: { uri: wire.uri('lib.harn') },
    position: { line: 1, character: 8 },
  };
  wire.open('lib.harn', LIB);
  expect(JSON.stringify(await wire.result('textDocument/hover', params))).toContain('area(side');
}, 180_000);

test('before it begins and after it ends nothing can be asked', async () => {
  const fresh = new Wire();
  const params = {
    textDocument: { uri: fresh.uri('main.harn') },
    position: { line: 0, character: 0 },
  };
  fresh.open('main.harn', MAIN);
  const hover = async () => (await fresh.ask('textDocument/hover', params).answer).error?.code;
  expect(await hover()).toBe(-32_002);
  await fresh.initialize();
  expect(await hover()).toBeUndefined();
  await fresh.ask('shutdown', undefined).answer;
  expect(await hover()).toBe(-32_600);
  fresh.remove();
});

test('buffers that nobody saved import each other; one that closes is told to whom waits', async () => {
  const text = 'import { area } from "./second"\nlog(area(2))\n';
  const at = { position: { line: 1, character: 5 } };
  wire.open('first.harn', text);
  wire.open('second.harn', LIB);
  const params = { textDocument: { uri: wire.uri('first.harn') }, ...at };
  expect(JSON.stringify(await wire.result('textDocument/hover', params))).toContain('side: int');
  const waits = wire.ask('textDocument/hover', params);
  wire.notify('textDocument/didClose', params);
  const said = await waits.answer;
  expect('result' in said || said.error?.code === -32_803).toBe(true);
  const gone = (await wire.ask('textDocument/hover', params).answer).error;
  expect(gone).toMatchObject({ code: -32_803, data: { code: 'HARN-SRC-001' } });
});

/** What a text is after a change, by the words of the protocol. */
function changed(text: string, { range: at, text: piece }: Change): string {
  if (at === undefined) return piece;
  const [start, end] = [offsetIn(text, at.start), offsetIn(text, at.end)].toSorted((a, b) => a - b);
  return text.slice(0, start) + piece + text.slice(end);
}

interface Change {
  readonly range?: { readonly start: Place; readonly end: Place };
  readonly text: string;
}

interface Place {
  readonly line: number;
  readonly character: number;
}

/** Lines end with CRLF, LF or CR; what is beyond a line is its end, what is beyond the text is that of the text. */
function offsetIn(text: string, { line, character }: Place): number {
  if (line < 0) return 0;
  let start = 0;
  for (const each of text.split(/(?<=\r\n|\n|\r(?!\n))/)) {
    if (line === 0)
      return start + Math.max(0, Math.min(character, each.replace(/\r?\n$|\r$/, '').length));
    start += each.length;
    line -= 1;
  }
  return text.length;
}

test('after any edits the server knows the text that the editor has', async () => {
  const change = fc.oneof(
    { weight: 8, arbitrary: fc.record({ range, text: piece }) },
    { weight: 1, arbitrary: fc.record({ text: fc.constantFrom(MAIN, LIB, '') }) },
  );
  const ask = ['semanticTokens/full', 'documentSymbol', 'foldingRange', 'selectionRange'];
  const rounds = fc.array(fc.array(change, { minLength: 1, maxLength: 4 }), { maxLength: 5 });
  await fc.assert(
    fc.asyncProperty(rounds, async (all) => {
      let text = MAIN;
      wire.open('edited.harn', text);
      for (const [i, contentChanges] of all.entries()) {
        const textDocument = { uri: wire.uri('edited.harn'), version: i + 2 };
        wire.notify('textDocument/didChange', { textDocument, contentChanges });
        for (const each of contentChanges) text = changed(text, each);
      }
      wire.open('whole.harn', text);
      for (const method of ask) {
        const [edited, whole] = await Promise.all(
          ['edited.harn', 'whole.harn'].map((name) => {
            const textDocument = { uri: wire.uri(name) };
            const positions = [{ line: 0, character: 0 }];
            return wire.result(`textDocument/${method}`, { textDocument, positions });
          }),
        );
        expect(whole, method).toBeDefined();
        expect(edited, method).toEqual(whole);
      }
    }),
    { numRuns: 150 },
  );
}, 180_000);

test('in a very large file the nearest names are offered, and editors told to ask again', async () => {
  const names = Array.from({ length: 3_000 }, (_, i) => `fn part_${i}() { return ${i} }`);
  const text = [...names, 'par'].join('\n');
  wire.open('large.harn', text);
  const position = { line: names.length, character: 3 };
  const textDocument = { uri: wire.uri('large.harn') };
  const found = await wire.result('textDocument/completion', { textDocument, position });
  const { isIncomplete, items } = found as { isIncomplete: boolean; items: { label: string }[] };
  expect(isIncomplete).toBe(true);
  expect(items).toHaveLength(2_000);
  expect(items.every(({ label }) => label.startsWith('par'))).toBe(true);
}, 60_000);

test('values that are no messages end nothing', async () => {
  await fc.assert(
    fc.asyncProperty(fc.jsonValue(), async (value) => {
      for (const each of [value, null, [], 7]) wire.sendRaw(each);
      expect(await wire.result('workspace/symbol', { query: 'area' })).toBeDefined();
    }),
    { numRuns: 30 },
  );
});
