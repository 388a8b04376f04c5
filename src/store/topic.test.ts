// Topics: names, versions, upgrades on read.
import { describe, expect, it } from 'vitest';
import { sto } from './errors.ts';
import type { StoredEvent } from './event-log.ts';
import { defineTopic, topicComponent } from './topic.ts';

const stored = (payload: StoredEvent['payload']): StoredEvent => ({
  topic: 'jobs.a',
  id: 3,
  pos: 9,
  kind: 'queued',
  payload,
  headers: {},
  key: undefined,
  occurredAtMs: 0,
});

type Job = { readonly v?: number; readonly name: string };
const jobs = defineTopic<Job>({
  name: 'jobs',
  version: 3,
  upgrade: (old, from) => ({ name: from === 1 ? String(old['title']) : `${old['name']}!`, v: 3 }),
});

describe('a declared topic', () => {
  it('names its members and knows them again', () => {
    expect(jobs.of('a b/c')).toBe('jobs.a_b_c');
    expect(topicComponent('ä.1-_')).toBe('_.1-_');
    expect(['jobs', 'jobs.x', 'jobsx', 'other'].map((name) => jobs.owns(name))).toEqual([
      true,
      true,
      false,
      false,
    ]);
    expect(() => defineTopic({ name: 'a b', version: 1 })).toThrow('unsupported characters');
  });

  it('marks payloads with the version and reads every older one as today', () => {
    expect(jobs.encode({ name: 'x' })).toEqual({ name: 'x', v: 3 });
    expect(jobs.decode(stored({ name: 'x', v: 3 }))).toEqual({ name: 'x', v: 3 });
    expect(jobs.decode(stored({ title: 'old' }))).toEqual({ name: 'old', v: 3 });
    expect(jobs.decode(stored({ name: 'x', v: 2 }))).toEqual({ name: 'x!', v: 3 });
  });

  it('refuses payloads of a later version by topic and id', () => {
    expect(() => jobs.decode(stored({ v: 4 }))).toThrowError(
      expect.objectContaining({
        code: sto.$code('newerEvent'),
        data: { topic: 'jobs.a', id: 3, found: 4, known: 3 },
      }),
    );
  });
});
