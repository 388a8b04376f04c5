// The front of a chat at a terminal, on streams of ours: what keys mean, and what is shown.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { PassThrough } from 'node:stream';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Output } from '../output.ts';
import { TerminalFront } from './terminal-front.ts';

const CTRL_C = '\u0003';
const CTRL_D = '\u0004';
const LEFT = '\u001b[D';
const RIGHT = '\u001b[C';
const BACKSPACE = '\u007f';
const never = new AbortController().signal;

let home: string;
let stdin: PassThrough;
let shown: string;
let front: TerminalFront;

function outputOf(): Output {
  return new Output(
    {
      out: (text) => {
        shown += text;
      },
      err: () => undefined,
      outIsTty: false,
      errIsTty: false,
      columns: 80,
      flush: async () => undefined,
    },
    { noColor: true },
  );
}

beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), 'harn-front-'));
  stdin = new PassThrough();
  shown = '';
  const stdout = new PassThrough();
  stdout.on('data', (bytes: Buffer) => {
    shown += bytes.toString();
  });
  const output = outputOf();
  front = new TerminalFront(output, home, { stdin, stdout });
});
afterEach(() => {
  front.close();
  rmSync(home, { recursive: true, force: true });
});

const message = (text: string) => ({ kind: 'message', text });

/** What a line comes to, with an x at the end. */
function edited(keys: readonly string[]): string {
  const line: string[] = [];
  let at = 0;
  for (const key of [...keys, 'x']) {
    if (key === LEFT) at = Math.max(0, at - 1);
    else if (key === RIGHT) at = Math.min(line.length, at + 1);
    else if (key !== BACKSPACE) line.splice(at++, 0, key);
    else if (at > 0) line.splice(--at, 1);
  }
  return line.join('');
}

describe('a chat at a terminal', () => {
  it('takes a line, lines that go on, and blocks', async () => {
    stdin.write('hello\r');
    expect(await front.next(never)).toEqual(message('hello'));
    stdin.write('one \\\rtwo\r');
    expect(await front.next(never)).toEqual(message('one \ntwo'));
    stdin.write('"""\ra\r/help\r"""\r');
    expect(await front.next(never)).toEqual(message('a\n/help'));
  });

  it('knows commands, and what was typed while nobody asked', async () => {
    stdin.write('/model openai:gpt-5\rnext\r');
    expect(await front.next(never)).toEqual({
      kind: 'command',
      name: 'model',
      rest: 'openai:gpt-5',
    });
    expect(await front.next(never)).toEqual(message('next'));
  });

  it('edits a line and remembers it for the next time', async () => {
    const typed = front.next(never);
    stdin.write('helloo\u007f\r');
    expect(await typed).toEqual(message('hello'));
    const again = front.next(never);
    stdin.write('\u001b[A\r');
    expect(await again).toEqual(message('hello'));
    expect(readFileSync(path.join(home, '.harn', 'chat_history'), 'utf8')).toBe('hello\n');
  });

  it('puts what comes at once where the cursor is', async () => {
    const typed = front.next(never);
    stdin.write('held\u001b[D\u001b[Dlo wor\u001b[D\u007f\u007f\r');
    expect(await typed).toEqual(message('helo rld'));
  });

  it('edits a line that arrives at once as one that is typed key by key', async () => {
    const key = fc.constantFrom('a', 'é', ' ', '漢', LEFT, RIGHT, BACKSPACE);
    await fc.assert(
      fc.asyncProperty(fc.array(key, { maxLength: 12 }), async (keys) => {
        const typed = front.next(never);
        stdin.write(`${keys.join('')}x\r`);
        expect(await typed).toEqual(message(edited(keys)));
      }),
    );
  });

  it('sends several lines that are pasted as one message, with what is typed around them', async () => {
    const typed = front.next(never);
    stdin.write('look: \u001b[200~one\r\ntwo\tthree');
    stdin.write('\n/help\u001b');
    stdin.write('[201~!\r');
    expect(await typed).toEqual(message('look: one\ntwo\tthree\n/help!'));
    expect(shown).toContain('look: [paste 1: 3 lines]!');
    const again = front.next(never);
    stdin.write('\u001b[200~/help\n\u001b[201~\r');
    expect(await again).toEqual({ kind: 'command', name: 'help', rest: '' });
    const kept = path.join(home, '.harn', 'chat_history');
    expect(readFileSync(kept, 'utf8')).toBe('/help\n');
  });

  it('completes commands and skills, also when the tab comes with what is before it', async () => {
    front.close();
    const skill = { id: 'deploy', short: 'Deploys', hint: '' };
    front = new TerminalFront(outputOf(), home, { stdin, stdout: new PassThrough() }, [skill]);
    const typed = front.next(never);
    stdin.write('/dep\t');
    stdin.write(' prod\r');
    expect(await typed).toEqual({ kind: 'command', name: 'deploy', rest: 'prod' });
  });

  it('leaves at the end of the input, and at the second interrupt of an empty prompt', async () => {
    const first = front.next(never);
    stdin.write(`half a line${CTRL_C}${CTRL_C}`);
    await expect.poll(() => shown).toContain('Ctrl-C again leaves');
    stdin.write(CTRL_C);
    expect(await first).toEqual({ kind: 'leave' });
    const second = front.next(never);
    stdin.write(CTRL_D);
    expect(await second).toEqual({ kind: 'leave' });
  });

  it('leaves a line of several rows as it was when it is given up', async () => {
    front.close();
    const stdout = Object.assign(new PassThrough(), { columns: 20 });
    let drawn = '';
    stdout.on('data', (bytes: Buffer) => {
      drawn += bytes.toString();
    });
    front = new TerminalFront(outputOf(), home, { stdin, stdout });
    const typed = front.next(never);
    stdin.write(`${'w'.repeat(50)}${LEFT}`);
    await expect.poll(() => drawn).toContain('w'.repeat(20));
    drawn = '';
    stdin.write(`${CTRL_C}next\r`);
    expect(await typed).toEqual(message('next'));
    // Two rows below the first: the line is left by three, and the empty one is drawn two rows up.
    const lines = drawn.split('\n');
    expect(lines.length).toBeGreaterThan(3);
    expect(lines.slice(1, 3)).toEqual(['', '']);
    expect(lines[3]).toContain('\u001b[2A');
  });

  it('breaks what it says between words', () => {
    front.close();
    const narrow = { ...outputOf().terminal, columns: 24 };
    const output = new Output(narrow, { noColor: true });
    front = new TerminalFront(output, home, { stdin, stdout: new PassThrough() });
    shown = '';
    front.show({ type: 'note', text: 'no model is set up here, so a mock answers' });
    expect(shown).toBe('no model is set up here,\nso a mock answers\n');
  });

  it('takes a path at the beginning for a message, and a slip for a command', async () => {
    stdin.write('/etc is what?\r/etc/hosts\r/mdel gpt-5\r/etc\r');
    expect(await front.next(never)).toEqual(message('/etc is what?'));
    expect(await front.next(never)).toEqual(message('/etc/hosts'));
    expect(await front.next(never)).toEqual({ kind: 'command', name: 'mdel', rest: 'gpt-5' });
    expect(await front.next(never)).toEqual({ kind: 'command', name: 'etc', rest: '' });
  });

  it('stops the turn when it is interrupted in one', async () => {
    let stops = 0;
    front.onStop(() => {
      stops += 1;
    });
    stdin.write('go\r');
    await front.next(never);
    stdin.write(CTRL_C);
    await expect.poll(() => stops).toBe(1);
  });

  it('asks for approval; an interrupt there decides nothing', async () => {
    const yes = front.approve('write_file {}: yes, no or always?', never);
    stdin.write('y\r');
    expect(await yes).toBe('y');
    expect(shown).toContain('write_file {}: yes, no or always?');
    const stopped = front.approve('again?', never);
    stdin.write(CTRL_C);
    expect(await stopped).toBeUndefined();
  });

  it('gives up a question that somebody else has answered', async () => {
    const elsewhere = new AbortController();
    const asked = front.next(elsewhere.signal);
    elsewhere.abort(new Error('answered'));
    await expect(asked).rejects.toThrow('answered');
    stdin.write('still here\r');
    expect(await front.next(never)).toEqual(message('still here'));
  });

  it('shows text as it comes, and everything else on lines of its own', () => {
    shown = '';
    front.show({ type: 'text', text: 'I look' });
    front.show({ type: 'tool_call', id: 'a', name: 'read_file', arguments: { path: 'x' } });
    front.show({ type: 'tool_result', id: 'a', name: 'read_file', ok: true, result: 'hi', ms: 3 });
    front.show({ type: 'note', text: 'noted' });
    front.show({ type: 'error', code: 'HARN-X-001', message: 'broken' });
    expect(shown).toBe('I look\n→ read_file(path: "x")\n  hi 3 ms\nnoted\nbroken [HARN-X-001]\n');
  });
});
