// The VS Code extension as far as it can be known without VS Code: what it contributes is there, its grammars
// colour the language as the lexer reads it, and its client starts and stops one server.
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { IGrammar, IRawGrammar } from 'vscode-textmate';
import { DiagnosticSink } from '../../src/base/index.ts';
import { KEYWORDS, T, tokenize } from '../../src/lang/index.ts';
import { grammarLoader, INITIAL, oniguruma } from './grammars.ts';
import { activateExtension } from './vscode-api.ts';

const root = path.resolve(import.meta.dirname, '../..');
const folder = path.join(root, 'editors/vscode');

const json = <Shape>(file: string) =>
  JSON.parse(readFileSync(path.join(folder, file), 'utf8')) as Shape;

interface Manifest {
  readonly version: string;
  readonly main: string;
  readonly engines: { readonly vscode: string };
  readonly dependencies: Readonly<Record<string, string>>;
  readonly contributes: {
    readonly languages: readonly { id: string; extensions: string[]; configuration: string }[];
    readonly grammars: readonly { language: string; scopeName: string; path: string }[];
    readonly commands: readonly { command: string }[];
    readonly configuration: { readonly properties: Readonly<Record<string, unknown>> };
  };
}

const manifest = json<Manifest>('package.json');
const { contributes } = manifest;

/** All regular expressions of a grammar or of a language configuration, with where they stand. */
function patternsOf(value: unknown, keys: ReadonlySet<string>, at = ''): [string, string][] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]: [string, unknown]): [string, string][] =>
    typeof inner === 'string'
      ? keys.has(key)
        ? [[`${at}/${key}`, inner]]
        : []
      : patternsOf(inner, keys, `${at}/${key}`),
  );
}

const GRAMMAR_KEYS = new Set(['match', 'begin', 'end', 'while']);
const CONFIGURATION_KEYS = new Set([
  'wordPattern',
  'increaseIndentPattern',
  'decreaseIndentPattern',
  'beforeText',
  'afterText',
]);

let harn: IGrammar;
let prompt: IGrammar;

beforeAll(async () => {
  const load = await grammarLoader(folder, contributes.grammars);
  harn = await load('source.harn');
  prompt = await load('text.harn-prompt');
});

interface Colour {
  readonly text: string;
  readonly scopes: string;
}

function tokens(grammar: IGrammar, source: string): Colour[] {
  let state = INITIAL;
  return source.split('\n').flatMap((line) => {
    const result = grammar.tokenizeLine(line, state);
    state = result.ruleStack;
    return result.tokens.map(({ startIndex, endIndex, scopes }) => ({
      text: line.slice(startIndex, endIndex),
      scopes: scopes.slice(1).join(' '),
    }));
  });
}

/** The scopes of the first token that has this text. */
function scopesOf(grammar: IGrammar, source: string, text: string): string {
  const found = tokens(grammar, source).find((token) => token.text.trim() === text);
  if (found === undefined) {
    const all = tokens(grammar, source).map((token) => token.text);
    throw new Error(`no token ${text} among ${JSON.stringify(all)}`);
  }
  return found.scopes;
}

const KEYWORD = /\b(keyword|storage|constant\.language)\.[a-z.]*harn\b/;

describe('the manifest of the extension', () => {
  it('has the version of the package and names the exact version of its client', () => {
    const main = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8')) as Manifest;
    expect(manifest.version).toBe(main.version);
    expect(Object.keys(manifest.dependencies)).toEqual(['vscode-languageclient']);
    for (const version of Object.values(manifest.dependencies))
      expect(version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(manifest.engines.vscode).toMatch(/^\^\d+\.\d+\.\d+$/);
    expect(readFileSync(path.join(folder, 'README.md'), 'utf8')).toContain(
      `harn-vscode-${manifest.version}.vsix`,
    );
  });

  it('contributes only files that are there', () => {
    const files = [
      manifest.main,
      ...contributes.languages.map(({ configuration }) => configuration),
      ...contributes.grammars.map((grammar) => grammar.path),
    ];
    expect(files.filter((file) => !existsSync(path.join(folder, file)))).toEqual([]);
    expect(readFileSync(path.join(folder, 'LICENSE'), 'utf8')).toBe(
      readFileSync(path.join(root, 'LICENSE'), 'utf8'),
    );
  });

  it('has a grammar for each language and a scope that the grammar has too', () => {
    const ids = contributes.languages.map(({ id }) => id);
    expect(contributes.grammars.map(({ language }) => language)).toEqual(ids);
    for (const grammar of contributes.grammars)
      expect(json<IRawGrammar>(grammar.path).scopeName).toBe(grammar.scopeName);
  });

  it('has regular expressions that JavaScript and Oniguruma both read', () => {
    const sources = [
      ...contributes.grammars.flatMap(({ path: file }) => patternsOf(json(file), GRAMMAR_KEYS)),
      ...contributes.languages.flatMap(({ configuration }) =>
        patternsOf(json(configuration), CONFIGURATION_KEYS),
      ),
    ];
    expect(sources.length).toBeGreaterThan(50);
    for (const [at, source] of sources) {
      expect(() => new RegExp(source), at).not.toThrow();
      // The end of a rule may repeat what its beginning captured: the editor puts that text there first.
      const alone = at.endsWith('/end') ? source.replace(/\\\d/g, 'x') : source;
      expect(() => new oniguruma.OnigScanner([alone]).dispose(), at).not.toThrow();
    }
  });
});

describe('the grammar of .harn', () => {
  it.each([...KEYWORDS.keys()])('colours %s as a keyword', (word) => {
    expect(scopesOf(harn, `  ${word} `, word)).toMatch(KEYWORD);
  });

  it('colours words of one place only there', () => {
    expect(scopesOf(harn, 'const limit = 3', 'const')).toMatch(KEYWORD);
    expect(scopesOf(harn, 'x = const + 1', 'const')).toBe('variable.other.harn');
    expect(scopesOf(harn, 'gen fn numbers() {', 'gen')).toMatch(KEYWORD);
    expect(scopesOf(harn, 'parallel each items { item -> item }', 'each')).toMatch(KEYWORD);
    expect(scopesOf(harn, 'parallel each { i -> i }', 'each')).toBe('variable.other.harn');
    expect(scopesOf(harn, 'import { a as b } from "m"', 'as')).toMatch(KEYWORD);
  });

  it('takes keywords behind a dot and before a colon for names', () => {
    expect(scopesOf(harn, 'event.type', 'type')).toBe('variable.other.property.harn');
    expect(scopesOf(harn, 'list?.match(x)', 'match')).toBe('entity.name.function.member.harn');
    expect(scopesOf(harn, 'send({to: 1, from: 2})', 'from')).toBe('variable.other.property.harn');
    expect(scopesOf(harn, '[...if]', 'if')).toMatch(KEYWORD);
  });

  it('names what is declared', () => {
    for (const word of ['fn', 'pipeline', 'tool'])
      expect(scopesOf(harn, `pub ${word} thing(a) {`, 'thing')).toBe('entity.name.function.harn');
    for (const word of ['struct', 'enum', 'interface', 'type', 'impl', 'skill'])
      expect(scopesOf(harn, `${word} Thing {`, 'Thing')).toBe('entity.name.type.harn');
    expect(scopesOf(harn, 'pipeline b(x) extends a {', 'a')).toContain('inherited-class');
  });

  it('colours types where types stand', () => {
    expect(scopesOf(harn, 'fn f(a: int) -> dict<string, Order> {', 'int')).toContain('primitive');
    expect(scopesOf(harn, 'fn f(a: int) -> dict<string, list> {', 'list')).toContain('primitive');
    expect(scopesOf(harn, 'fn f(a: Order?) {', 'Order')).toBe('entity.name.type.harn');
    expect(scopesOf(harn, 'let list = [1]', 'list')).toBe('variable.other.harn');
    expect(scopesOf(harn, 'let y = MAX_ITEMS', 'MAX_ITEMS')).toBe('variable.other.constant.harn');
  });

  it.each([
    ['1_000', 'integer'],
    ['3.25', 'float'],
    ['0', 'integer'],
  ])('colours the number %s', (text, kind) => {
    expect(scopesOf(harn, `x = ${text}`, text)).toBe(`constant.numeric.${kind}.harn`);
  });

  it.each(['ms', 's', 'm', 'h', 'd', 'w'])('colours durations in %s', (unit) => {
    const source = `sleep(25${unit})`;
    expect(scopesOf(harn, source, '25')).toBe('constant.numeric.duration.harn');
    expect(scopesOf(harn, source, unit)).toContain('keyword.other.unit.harn');
  });

  it('colours code inside of strings as code, with braces and strings in it', () => {
    const source = '"a ${ {k: "in ${x}"}.k } b" + y';
    expect(scopesOf(harn, source, 'b')).toBe('string.quoted.double.harn');
    expect(scopesOf(harn, source, 'x')).toMatch(/interpolation.*variable\.other\.harn$/);
    expect(scopesOf(harn, source, 'y')).toBe('variable.other.harn');
    expect(scopesOf(harn, String.raw`"\${x}"`, String.raw`\$`)).toContain('escape');
  });

  it('ends each kind of string where the lexer does', () => {
    expect(scopesOf(harn, '"open\nnext', 'next')).toBe('variable.other.harn');
    expect(scopesOf(harn, '"""\n a "b" ${c}\n""" + after', 'c')).toContain('variable.other');
    expect(scopesOf(harn, '"""\n a "b" ${c}\n""" + after', 'after')).toBe('variable.other.harn');
    expect(scopesOf(harn, 'r"\\" + after', 'after')).toBe('variable.other.harn');
    expect(scopesOf(harn, 'r##"a"# ${b}"## + after', 'a"# ${b}')).toBe(
      'string.quoted.other.raw.harn',
    );
    expect(scopesOf(harn, 'r#"a\nb"# + after', 'after')).toBe('variable.other.harn');
    expect(scopesOf(harn, 'bar"x"', 'bar')).toBe('variable.other.harn');
  });

  it('colours comments, nested ones too, and attributes', () => {
    expect(scopesOf(harn, '#!/usr/bin/env harn', '#!/usr/bin/env harn')).toContain('comment');
    expect(scopesOf(harn, 'x // let', '// let')).toBe('comment.line.double-slash.harn');
    expect(scopesOf(harn, '/* a /* b */ c */ d', 'c')).toBe('comment.block.harn');
    expect(scopesOf(harn, '/* a /* b */ c */ d', 'd')).toBe('variable.other.harn');
    expect(scopesOf(harn, '/** doc */ d', 'doc')).toContain('documentation');
    expect(scopesOf(harn, '/**/ d', 'd')).toBe('variable.other.harn');
    expect(scopesOf(harn, '@a.b(c: 1)', 'a.b')).toContain('decorator');
  });

  it('reads the examples to the end without losing its way', () => {
    for (const file of ['hello.harn', 'handoff.harn', 'sleep.harn']) {
      const text = readFileSync(path.join(root, 'examples', file), 'utf8');
      expect(scopesOf(harn, `${text}\nlast_name`, 'last_name'), file).toBe('variable.other.harn');
    }
  });
});

/** What the scopes of a token must show, by the kind that the lexer gives it. */
function expectedScopes(kind: number): RegExp {
  if (kind >= T.pipeline) return KEYWORD;
  if (kind === T.string || kind === T.rawString || kind === T.tripleString) return /^string\./;
  if (kind === T.int || kind === T.float || kind === T.duration) return /^constant\.numeric\./;
  if (kind === T.identifier) return /^(?!string|comment|constant)./;
  return /^(?!string|comment|constant)/;
}

/** The tokens of a program that the grammar takes for something else than the lexer. */
function disagreements(text: string): string[] {
  let state = INITIAL;
  const scopes = text.split('\n').flatMap((line) => {
    const result = harn.tokenizeLine(line, state);
    state = result.ruleStack;
    const ofLine = new Array<string>(line.length + 1).fill('');
    for (const token of result.tokens)
      ofLine.fill(token.scopes.slice(1).join(' '), token.startIndex, token.endIndex);
    return ofLine;
  });
  const list = [...tokenize({ id: 'a.harn', text }, new DiagnosticSink(1))];
  return list.flatMap(({ kind, start, end }, i) => {
    if (kind === T.eof || kind === T.newline) return [];
    const before = list[i - 1]?.kind;
    const isName = before === T.dot || before === T.questionDot || list[i + 1]?.kind === T.colon;
    const expected = expectedScopes(kind >= T.pipeline && isName ? T.identifier : kind);
    const found = [scopes[start] ?? '', scopes[end - 1] ?? ''];
    return found.every((each) => expected.test(each))
      ? []
      : [`${text.slice(start, end)} at ${start}: ${found[0]}`];
  });
}

describe('the grammar of .harn beside the lexer', () => {
  it.each(['src/std', 'conformance'])('agrees about every token of %s', (name) => {
    const files = readdirSync(path.join(root, name), { recursive: true, encoding: 'utf8' }).filter(
      (file) =>
        file.endsWith('.harn') && !existsSync(path.join(root, name, `${file.slice(0, -5)}.error`)),
    );
    expect(files.length).toBeGreaterThan(10);
    const found = files.map((file) => [
      file,
      disagreements(readFileSync(path.join(root, name, file), 'utf8')),
    ]);
    expect(found.filter(([, list]) => list?.length !== 0)).toEqual([]);
  });

  it('tells what it disagrees about', () => {
    expect(disagreements('let x = "${"')).not.toEqual([]);
  });
});

describe('the grammar of prompt templates', () => {
  it('colours directives, and text not at all', () => {
    const source = 'Dear if\n{{- for name, it in people -}}\n- {{ it.first | upper }}\n{{ end }}';
    expect(scopesOf(prompt, source, 'Dear if')).toBe('');
    expect(scopesOf(prompt, source, 'for')).toContain('keyword.control');
    expect(scopesOf(prompt, source, 'in')).toContain('keyword.control');
    expect(scopesOf(prompt, source, 'first')).toContain('variable.other.property');
    expect(scopesOf(prompt, source, 'upper')).toContain('support.function.filter');
    expect(scopesOf(prompt, source, '-')).toBe('');
  });

  it.each(['if x', 'elif x', 'else', 'end', 'include "a"', 'for x in y'])('knows %s', (text) => {
    const word = text.split(' ')[0] ?? '';
    expect(scopesOf(prompt, `{{${text}}}`, word)).toContain('keyword.control');
  });

  it('takes the words of directives for names where they are paths', () => {
    expect(scopesOf(prompt, '{{ end.of }}', 'end')).toContain('variable.other');
    expect(scopesOf(prompt, '{{ if in }}', 'in')).toContain('variable.other');
    expect(scopesOf(prompt, '{{ a-b or not c }}', 'a-b')).toContain('variable.other');
    expect(scopesOf(prompt, '{{ a-b or not c }}', 'not')).toContain('keyword.operator');
    expect(scopesOf(prompt, '{{ include "x" with { a: 1 } }}', 'with')).toContain('control');
  });

  it('leaves comments and raw text alone', () => {
    const source = '{{# a {{ b }} #}}c{{ raw }}{{ d }}{{ endraw }}e';
    expect(scopesOf(prompt, source, 'a {{ b }}')).toContain('comment.block');
    expect(scopesOf(prompt, source, '{{ d }}')).toContain('string.unquoted.raw');
    expect(scopesOf(prompt, source, 'e')).toBe('');
  });

  it('ends a directive at the first pair of braces, as the reader of templates does', () => {
    expect(scopesOf(prompt, '{{ "a }} b', 'b')).toBe('');
  });
});

describe('the client', () => {
  it('starts the server that the settings name, with its arguments', async () => {
    const editor = activateExtension(folder, { path: '${workspaceFolder}/bin/harn' });
    await editor.activated;
    const command = '/project/bin/harn';
    expect(editor.started.map((server) => server.command.replaceAll('"', ''))).toEqual([command]);
    expect(editor.started[0]?.args).toEqual(['lsp', '--stdio']);
  });

  it('starts it again when its settings change, and only then', async () => {
    const editor = activateExtension(folder, {});
    await editor.activated;
    await editor.change('editor.fontSize', 12);
    expect(editor.log).toEqual(['start harn']);
    editor.settings['edition'] = '0.7';
    await Promise.all([editor.change('harn.edition', '0.7'), editor.change('harn.path', 'own')]);
    expect(editor.log).toEqual([
      'start harn',
      'dispose harn',
      'start own',
      'dispose own',
      'start own',
    ]);
    expect(editor.started.at(-1)?.args).toEqual(['lsp', '--stdio', '--edition', '0.7']);
  });

  it('has the command that it contributes', async () => {
    const editor = activateExtension(folder, {});
    await editor.activated;
    expect([...editor.commands.keys()]).toEqual(contributes.commands.map((each) => each.command));
    await editor.commands.get('harn.restartServer')?.();
    expect(editor.log).toEqual(['start harn', 'dispose harn', 'start harn']);
  });

  it('reads only settings that it contributes', async () => {
    const editor = activateExtension(folder, {});
    await editor.activated;
    const known = Object.keys(contributes.configuration.properties);
    expect([...editor.read].filter((name) => !known.includes(name))).toEqual([]);
  });

  it('says once that a server cannot be started, and goes on when the setting is mended', async () => {
    const editor = activateExtension(folder, { path: 'missing' });
    await editor.activated;
    expect(editor.messages).toHaveLength(1);
    expect(editor.messages[0]).toContain('missing');
    await editor.change('harn.path', 'harn');
    expect(editor.log).toEqual(['start missing', 'start harn']);
    await editor.deactivate();
    expect(editor.log.at(-1)).toBe('dispose harn');
  });

  it('starts the Harn of the project where it has one and is trusted', async () => {
    const bin = path.join(
      '/project/node_modules/.bin',
      process.platform === 'win32' ? 'harn.cmd' : 'harn',
    );
    const log = async (settings: Record<string, string>, isTrusted: boolean) => {
      const editor = activateExtension(folder, settings, { installed: [bin], isTrusted });
      await editor.activated;
      return editor.log;
    };
    expect(await log({}, true)).toEqual([`start ${bin}`]);
    expect(await log({}, false)).toEqual(['start harn']);
    expect(await log({ path: 'own' }, true)).toEqual(['start own']);
  });

  it('says once what to do when there is no Harn, and starts nothing', async () => {
    const editor = activateExtension(folder, { path: 'absent' });
    await editor.activated;
    expect(editor.log).toEqual([]);
    expect(editor.messages).toHaveLength(1);
    expect(editor.messages[0]).toContain('npm install --save-dev harn');
    await editor.change('harn.path', 'harn');
    expect(editor.log).toEqual(['start harn']);
  });

  it('colours words that are operators as words', () => {
    for (const [text, word] of [
      ['for x in xs {', 'in'],
      ['1 to 3', 'to'],
      ['x not in xs', 'not'],
    ] as const)
      expect(scopesOf(harn, text, word)).toBe('keyword.operator.wordlike.harn');
  });
});
