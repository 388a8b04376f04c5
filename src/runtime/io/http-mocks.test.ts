import { describe, expect, it } from 'vitest';
import { type HttpMockResponse, HttpMocks } from './http-mocks.ts';

const call = { method: 'GET', url: 'https://a.test/x', headers: {}, body: null };
const prepare = (response: unknown) => {
  const mocks = new HttpMocks();
  mocks.add('GET', '*', response as HttpMockResponse);
  return mocks.take(call);
};

describe('a prepared answer', () => {
  it('is refused when it cannot be one, before any request', () => {
    for (const response of [
      { body: -1 },
      { body: ['a'] },
      { status: 'ok' },
      { headers: ['a'] },
      { headers: { a: {} } },
      { responses: 3 },
      { responses: [3] },
      { responses: [{}, { body: {} }] },
    ]) {
      expect(() => prepare(response)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(/^HARN-IOE-/) }),
      );
    }
  });

  it('may leave out everything, or say nil of it', () => {
    for (const response of [{}, { body: null, status: null, headers: null, responses: null }]) {
      expect(prepare(response)).toBe(response);
    }
  });
});
