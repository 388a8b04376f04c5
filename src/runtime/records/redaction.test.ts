// No secret leaves in clear: by value, by shape, by name, by place; and what is not secret stays as it was.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../base/index.ts';
import { createMockHost } from '../host/index.ts';
import { loadRecordFile, saveRecord } from './record-file.ts';
import { createRedactor, type RedactionPolicy, redactorFor } from './redaction.ts';
import { readDocument } from './run-document.ts';
import { wholeRecord } from './whole-record.fixture.ts';

const redactorOf = (env: { [name: string]: string } = {}, policy: RedactionPolicy = {}) =>
  redactorFor(createMockHost({ env }).env, policy);

const patternsOf = (...patterns: readonly string[]) =>
  createRedactor(createMockHost().env, { patterns });

/** Every text of a document, keys included. */
function textsOf(value: Json): readonly string[] {
  if (typeof value === 'string') return [value];
  if (Array.isArray(value)) return value.flatMap(textsOf);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, item]) => [key, ...textsOf(item as Json)]);
}

describe('redaction', () => {
  it('takes secrets of the environment out of texts, by value', () => {
    const { redact } = redactorOf({ OPENAI_API_KEY: 'abcdef123456', HOME: '/home/ada' });
    expect(redact({ a: 'abcdef123456', b: ['x abcdef123456 y'], c: '/home/ada' })).toEqual({
      a: { $harn_redacted: 'env OPENAI_API_KEY' },
      b: ['x [redacted env OPENAI_API_KEY] y'],
      c: '/home/ada',
    });
  });

  it('finds a secret in JSON, in a URL, in base64 and as a key', () => {
    const secret = 'pa"ss/wörd+1';
    const { redact } = redactorOf({}, { values: [secret] });
    const base64 = Buffer.from(secret).toString('base64');
    const given = {
      json: JSON.stringify({ p: secret }),
      url: `https://h/?p=${encodeURIComponent(secret)}`,
      base64: `x:${base64}`,
      [secret]: 1,
    };
    const text = textsOf(redact(given)).join('\n');
    for (const part of [secret, 'pa\\"ss', 'pa%22ss', base64]) expect(text).not.toContain(part);
  });

  it('knows credentials by their shape', () => {
    const { text } = redactorOf();
    const key = `sk-proj-${'a1'.repeat(12)}`;
    expect(text('Authorization: Bearer abcdef.ghijkl')).toBe(
      'Authorization: Bearer [redacted authorization]',
    );
    expect(text(`use ${key}, then`)).toBe('use [redacted key], then');
    expect(text(`ghp_${'x'.repeat(36)}`)).toBe('[redacted key]');
    expect(text('Authorization: Bearer abcdefghijkl')).not.toContain('abcdefghijkl');
    expect(text('a basic question; bearer bonds')).toBe('a basic question; bearer bonds');
    const pem = '-----BEGIN PRIVATE KEY-----\nMIIE\n-----END PRIVATE KEY-----';
    expect(text(`k\n${pem}\nrest`)).toBe('k\n[redacted private key]\nrest');
  });

  it('takes what stands in a field that holds credentials, and not every field called key', () => {
    const { redact } = redactorOf({}, { names: ['ssn'] });
    const given = {
      headers: { Authorization: 'x', 'X-Api-Key': 'y', Accept: 'text/plain' },
      pairs: [['Cookie', 'a=b']],
      list: [{ name: 'Set-Cookie', value: 'a=b' }],
      client_secret: 'z',
      ssn: 123,
      SSN: '123-45',
      key: 'shown',
      input_tokens: 12,
      resume_token: 'rt1',
      token: '',
    };
    const mark = { $harn_redacted: 'name' };
    expect(redact(given)).toEqual({
      ...given,
      headers: { Authorization: mark, 'X-Api-Key': mark, Accept: 'text/plain' },
      pairs: [['Cookie', mark]],
      list: [{ name: 'Set-Cookie', value: mark }],
      client_secret: mark,
      ssn: mark,
      SSN: mark,
    });
  });

  it('takes what a pointer points at', () => {
    const pointers = ['/stages/*/private', '/**/deep', '/a~1b'];
    const { redact } = redactorOf({}, { pointers });
    const mark = { $harn_redacted: 'pointer' };
    const given = {
      stages: [{ private: 1, open: 2 }, { private: { x: 1 } }],
      x: { y: [{ deep: 1 }], deep: 2 },
      'a/b': 1,
      private: 3,
    };
    expect(redact(given)).toEqual({
      stages: [{ private: mark, open: 2 }, { private: mark }],
      x: { y: [{ deep: mark }], deep: mark },
      'a/b': mark,
      private: 3,
    });
  });

  it('refuses a policy that cannot be understood', async () => {
    expect(() => redactorOf({}, { pointers: ['a'] })).toThrow('begins with /');
    await expect(patternsOf('(')).rejects.toThrow('the pattern (');
  });

  it('takes what has a declared form, in time that grows with the text only', async () => {
    const redactor = await patternsOf('CASE-[0-9]{6}', '\\u0041b+', '(x+x+)+y');
    expect(redactor.text('see CASE-123456, Abb')).toBe(
      'see [redacted pattern], [redacted pattern]',
    );
    const long = 'x'.repeat(5_000);
    expect(redactor.text(long)).toBe(long);
    await expect(patternsOf('(?<=a)b')).rejects.toThrow('the pattern (?<=a)b');
  });

  it('answers with the same value when there was nothing to take', () => {
    const given = { a: [1, 'x', { b: null }] };
    expect(redactorOf({ API_TOKEN: 'abcdefgh' }).redact(given)).toBe(given);
  });

  it('lets no secret of any document survive, and is done after the first time', () => {
    const secret = fc.string({ unit: 'grapheme', minLength: 8, maxLength: 30 });
    const usable = secret.filter((s) => s.trim().length >= 8 && !'[redacted declared]'.includes(s));
    const document = (secrets: readonly string[]) => {
      const planted = fc.constantFrom(...secrets);
      const leaf = fc.oneof(
        fc.integer(),
        fc.string(),
        planted,
        fc.tuple(fc.string(), planted, fc.string()).map((parts) => parts.join('')),
        planted.map((s) => JSON.stringify({ s })),
        planted.map((s) => `Bearer ${s}`),
      );
      return fc.letrec<{ node: Json }>((tie) => ({
        node: fc.oneof(
          { maxDepth: 4 },
          leaf,
          fc.array(tie('node'), { maxLength: 3 }),
          fc.dictionary(fc.oneof(fc.string(), planted), tie('node'), { maxKeys: 3 }),
        ),
      })).node;
    };
    const cases = fc
      .array(usable, { minLength: 1, maxLength: 3 })
      .chain((secrets) => fc.tuple(fc.constant(secrets), document(secrets)));
    fc.assert(
      fc.property(cases, ([secrets, value]) => {
        const [first, ...rest] = secrets as [string, ...string[]];
        const redactor = redactorOf({ DB_PASSWORD: first }, { values: rest });
        const after = redactor.redact(value);
        expect(redactor.redact(after)).toEqual(after);
        for (const shown of [after, redactor.redactValues(value), redactor.redactTexts(value)]) {
          for (const text of textsOf(shown)) {
            for (const each of secrets) {
              // A mark names its reason; a secret that is part of such a name is no secret.
              if (!'[redacted env DB_PASSWORD]'.includes(each)) expect(text).not.toContain(each);
            }
          }
        }
      }),
      { numRuns: 300 },
    );
  });
});

describe('a saved record', () => {
  const secret = 'hunter2-hunter2';
  const host = () => createMockHost({ env: { APP_PASSWORD: secret } });
  const record = () => {
    const given = wholeRecord() as JsonObject;
    return readDocument({
      ...given,
      task: secret,
      metadata: { note: `the password is ${secret}`, request: { headers: { authorization: 'x' } } },
      transcript: { events: [{ kind: 'message', text: secret }] },
      execution: { env: { APP_PASSWORD: secret } },
    });
  };

  it('has no secret of the environment in it, and loads', async () => {
    const outside = host();
    const { path, run } = await saveRecord(outside, record(), { path: '/r/a.json' });
    const content = await outside.fs.readText(path);
    expect(content).not.toContain(secret);
    expect(content).toContain('"$harn_redacted": "env APP_PASSWORD"');
    const loaded = await loadRecordFile(outside.fs, path);
    expect(loaded.task).toBe('[redacted env APP_PASSWORD]');
    expect(loaded.metadata['note']).toBe('the password is [redacted env APP_PASSWORD]');
    expect(run.task).toBe(loaded.task);
  });

  it('can be redacted anywhere and still be read', async () => {
    const outside = host();
    const pointers = [
      '/task',
      '/stages',
      '/usage',
      '/started_at',
      '/metadata',
      '/child_runs/*/task',
    ];
    const redactor = redactorFor(outside.env, { pointers });
    const { path } = await saveRecord(outside, record(), { path: '/r/a.json', redactor });
    const loaded = await loadRecordFile(outside.fs, path);
    expect(loaded.stages).toEqual([]);
    expect(loaded.task).toBe('[redacted pointer]');
    expect(loaded.child_runs.length).toBeGreaterThan(0);
  });
});
