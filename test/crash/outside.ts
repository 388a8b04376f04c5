// The outside of a scenario: a server on this machine that counts what it is asked. It answers every question
// differently each time, so that whoever asks twice cannot hide it. Each scene has its own part of it, by path.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createDeferred } from '../../src/base/index.ts';

/** What one run asked for. */
export interface Asked {
  /** Requests by path (`/slow/a`), questions to the model by their text (`model: first question`). */
  readonly counts: Map<string, number>;
  /** POST bodies by idempotency key. */
  readonly posts: Map<string, string[]>;
}

interface Scene extends Asked {
  /** Resolves when `/release` was asked for. */
  readonly released: Promise<void>;
  readonly release: () => void;
  /** Questions whose answers are kept back. */
  readonly held: Map<string, Promise<void>>;
}

export interface Outside {
  /** The address of a scene. */
  url(scene: string): string;
  asked(scene: string): Asked;
  /** Keeps the answers to a question (a path, or `model: text`) until the result is called. */
  hold(scene: string, question: string): () => void;
  close(): void;
}

/** How long an answer takes, in ms; by default none. The order of the parallel reads differs from life to life. */
function delayOf(path: string, count: number): number {
  if (path.startsWith('/slow/'))
    return ('cab'.indexOf(path.at(-1) as string) * (count + 1) * 7) % 11;
  return 0;
}

/** Starts a server on a free port of this machine. */
export async function openOutside(): Promise<Outside> {
  const scenes = new Map<string, Scene>();
  const asked = (scene: string) => {
    let found = scenes.get(scene);
    if (found === undefined) {
      const { promise: released, resolve: release } = createDeferred<void>();
      found = { counts: new Map(), posts: new Map(), released, release, held: new Map() };
      scenes.set(scene, found);
    }
    return found;
  };
  const server = createServer((request, response) => {
    const [, scene = '', ...rest] = (request.url ?? '').split('/');
    void answer(request, response, asked(scene), `/${rest.join('/')}`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: (scene) => `http://127.0.0.1:${port}/${scene}`,
    asked,
    hold(scene, question) {
      const { promise, resolve } = createDeferred<void>();
      asked(scene).held.set(question, promise);
      return resolve;
    },
    close() {
      server.closeAllConnections();
      server.close();
    },
  };
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  asked: Scene,
  path: string,
): Promise<void> {
  const { counts, posts } = asked;
  if (path === '/release') asked.release();
  let body = '';
  for await (const chunk of request) body += chunk;
  const isModel = path.endsWith('/chat/completions');
  const what = isModel ? `model: ${questionOf(body)}` : path;
  const count = (counts.get(what) ?? 0) + 1;
  counts.set(what, count);
  const key = request.headers['idempotency-key'];
  if (!isModel && request.method === 'POST') {
    posts.set(String(key), [...(posts.get(String(key)) ?? []), body]);
  }
  const text = isModel ? completion(`${what} ${count}`) : `${path} ${count}`;
  // These answers come when the body of the run has returned, in whichever life.
  if (what === '/held' || what === 'model: slow question') await asked.released;
  await asked.held.get(what);
  setTimeout(
    () => {
      response.setHeader('content-type', isModel ? 'application/json' : 'text/plain');
      response.end(text);
    },
    delayOf(what, count),
  );
}

function questionOf(body: string): string {
  const { messages } = JSON.parse(body) as { messages: readonly { content: string }[] };
  // A workflow puts its task before it.
  return String(messages.at(-1)?.content).split('\n').at(-1) ?? '';
}

function completion(content: string): string {
  return JSON.stringify({
    id: 'c',
    object: 'chat.completion',
    created: 1,
    model: 'm',
    choices: [{ index: 0, finish_reason: 'stop', message: { role: 'assistant', content } }],
    usage: { prompt_tokens: 3, completion_tokens: 5, total_tokens: 8 },
  });
}
