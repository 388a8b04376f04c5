import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Transcript, type TranscriptMessage } from './index.ts';

const say = (text: string, role = 'user'): TranscriptMessage => ({ role, content: text });
const texts = (transcript: Transcript) => transcript.messages.toArray().map((m) => m.content);

describe('a transcript', () => {
  it('takes ten thousand messages at the same price each', () => {
    const timeOf = (count: number) => {
      let transcript = Transcript.empty('t');
      const start = process.hrtime.bigint();
      for (let i = 0; i < count; i += 1) transcript = transcript.append(say(`m${i}`));
      return { ms: Number(process.hrtime.bigint() - start) / 1e6, transcript };
    };
    timeOf(1000);
    const { ms, transcript } = timeOf(10_000);
    expect(transcript.messages.length).toBe(10_000);
    expect(transcript.messages.at(9_999)?.content).toBe('m9999');
    // Copying on every append would move 50 million items: far more than this on any machine.
    expect(ms).toBeLessThan(1000);
  });

  it('never changes: every version reads as it was, however versions grow from each other', () => {
    const step = fc.record({ from: fc.nat(20), text: fc.string({ maxLength: 4 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const versions = [Transcript.empty('t')];
        const model: string[][] = [[]];
        for (const { from, text } of steps) {
          const at = from % versions.length;
          versions.push((versions[at] as Transcript).append(say(text)));
          model.push([...(model[at] as string[]), text]);
        }
        expect(versions.map(texts)).toEqual(model);
      }),
    );
  });

  it('mirrors its messages in its events and keeps other facts where messages go', () => {
    const transcript = Transcript.empty('t')
      .append(say('one'), say('two', 'assistant'))
      .withEvent({ kind: 'sub_agent_start', role: 'system', visibility: 'internal', name: 'n' })
      .append(say('three'));
    const kinds = transcript.events.toArray().map(({ kind, text }) => text ?? kind);
    expect(kinds).toEqual(['one', 'two', 'sub_agent_start', 'three']);
    const trimmed = transcript.keepLast(2);
    expect(texts(trimmed)).toEqual(['two', 'three']);
    expect(trimmed.events.toArray().map(({ kind, text }) => text ?? kind)).toEqual([
      'two',
      'sub_agent_start',
      'three',
    ]);
    expect(texts(transcript.keepFirst(1))).toEqual(['one']);
    expect(texts(transcript)).toEqual(['one', 'two', 'three']);
  });

  it('goes into JSON in the published shape and comes back', () => {
    const transcript = Transcript.empty('t', { owner: 'me' })
      .append({
        role: 'user',
        content: [
          { type: 'image', asset_id: 'a1' },
          { type: 'text', text: 'look' },
        ],
      })
      .withAsset({ id: 'a1', kind: 'image', mime_type: 'image/png' });
    const json = transcript.toJson();
    expect(json).toMatchObject({
      _type: 'transcript',
      version: 2,
      id: 't',
      state: 'active',
      summary: null,
      metadata: { owner: 'me' },
      events: [{ kind: 'message', role: 'user', visibility: 'public', text: '<image:a1> look' }],
      assets: [{ _type: 'transcript_asset', id: 'a1' }],
    });
    expect(Transcript.fromJson(json)?.toJson()).toEqual(json);
    expect(Transcript.fromJson({ _type: 'other' })).toBeUndefined();
    expect(Transcript.fromJson({ ...json, messages: [{ content: 'no role' }] })).toBeUndefined();
  });

  it('forks under a new id that names where it came from', () => {
    const parent = Transcript.empty('a').append(say('shared'));
    const child = parent.fork('b').append(say('mine'));
    expect(texts(parent)).toEqual(['shared']);
    expect(texts(child)).toEqual(['shared', 'mine']);
    expect(child.metadata).toEqual({ parent_transcript_id: 'a' });
  });
});
