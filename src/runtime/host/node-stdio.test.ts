// The terminal: slow and vanished readers, lines that arrive in pieces.
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { ManualClock } from '../../base/index.ts';
import { isHostError } from './errors.ts';
import { InputLines, OutputDescriptor } from './node-stdio.ts';

const failing = (code: string) => Object.assign(new Error(code), { code });

describe('output', () => {
  it('hands text over at once and in order when the reader takes it', () => {
    let taken = '';
    const out = new OutputDescriptor(1, new ManualClock(), (_fd, bytes) => {
      const part = bytes.subarray(0, 3);
      taken += Buffer.from(part).toString();
      return part.length;
    });
    out.write('hello ');
    out.write('world');
    expect(taken).toBe('hello world');
  });

  it('queues behind a slow reader and is complete after flush', async () => {
    const clock = new ManualClock();
    let taken = '';
    let full = true;
    const out = new OutputDescriptor(1, clock, (_fd, bytes) => {
      if (full) throw failing('EAGAIN');
      taken += Buffer.from(bytes).toString();
      return bytes.length;
    });
    out.write('a');
    full = false;
    out.write('b');
    expect(taken).toBe('');
    const flushed = out.flush();
    clock.advance(10);
    await flushed;
    expect(taken).toBe('ab');
    out.write('c');
    expect(taken).toBe('abc');
  });

  it('drops text quietly once the reader went away', async () => {
    const out = new OutputDescriptor(1, new ManualClock(), () => {
      throw failing('EPIPE');
    });
    out.write('a');
    expect(out.closed).toBe(true);
    out.write('b');
    await out.flush();
  });
});

describe('input', () => {
  const open = (text: string) => {
    const stream = new PassThrough();
    stream.write(text);
    return { stream, input: new InputLines(() => stream as unknown as typeof process.stdin) };
  };

  it('gives lines in order, also to readers that wait at the same time', async () => {
    const { stream, input } = open('one\r\ntwo\nth');
    const lines = [input.readLine(), input.readLine(), input.readLine(), input.readLine()];
    stream.end('ree');
    expect(await Promise.all(lines)).toEqual(['one', 'two', 'three', undefined]);
  });

  it('gives all that is left', async () => {
    const { stream, input } = open('one\ntwo\n');
    expect(await input.readLine()).toBe('one');
    stream.end('three\n');
    expect(await input.readAll()).toBe('two\nthree\n');
    expect(await input.readLine()).toBeUndefined();
  });

  it('joins a sign that arrives in two pieces', async () => {
    const { stream, input } = open('');
    const line = input.readLine();
    stream.write(Uint8Array.from([0xc3]));
    stream.end(Uint8Array.from([0xa9, 0x0a]));
    expect(await line).toBe('é');
  });

  it('stops waiting when aborted, and loses nothing', async () => {
    const { stream, input } = open('');
    const controller = new AbortController();
    const waiting = input.readLine({ signal: controller.signal }).catch((error: unknown) => error);
    stream.write('par');
    controller.abort();
    expect(isHostError(await waiting, 'aborted')).toBe(true);
    stream.end('tial\n');
    expect(await input.readLine()).toBe('partial');
  });
});
