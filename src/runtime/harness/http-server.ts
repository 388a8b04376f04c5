// Requests that come in, in TypeScript: `harness.net.httpServer(...)`.
import {
  type HttpRouter,
  httpRoutersKey,
  type OutgoingResponse,
  type RequestHandler,
  type RouteOptions,
  type RouterOptions,
  readRequest,
} from '../io/index.ts';
import { callHandler, keptCode, type RunContext, type Suspending } from '../run/index.ts';
import { notData } from './family.ts';
import type { Harness } from './tree.ts';

/** A request as handlers see it. `raw_body` is null where bytes are not kept. */
export interface ServerRequest {
  readonly method: string;
  readonly path: string;
  readonly path_params: { readonly [name: string]: string };
  readonly query: { readonly [name: string]: string };
  /** Names in lower case. */
  readonly headers: { readonly [name: string]: string };
  readonly body: string;
  readonly raw_body: Uint8Array | null;
  /** The length of the body in bytes. */
  readonly body_bytes: number;
  readonly remote_addr: string | null;
  readonly client_ip: string | null;
  /** What handlers before this one have added. */
  readonly [more: string]: unknown;
}

/** A response; text is a 200, nothing a 204, other data JSON. */
export type ServerAnswer =
  | {
      readonly status: number;
      readonly headers?: { readonly [name: string]: string };
      readonly body?: unknown;
    }
  | string
  | Uint8Array
  | null
  | undefined
  | { readonly [name: string]: unknown };

type Answering<A extends readonly unknown[], R> = (harness: Harness, ...args: A) => R | Promise<R>;

/** A router for requests. It listens nowhere: whoever has a request hands it over. */
export interface HttpServer {
  /** Answers `method` (`*` for all) at `/a/{name}` or `/a/:name`. The first route that fits answers. */
  route(
    method: string,
    path: string,
    handler: Answering<[request: ServerRequest], ServerAnswer>,
    options?: RouteOptions,
  ): HttpServer;
  /** Sees each request before its route: gives it on, changed or not, or a response, which answers it. */
  before(handler: Answering<[request: ServerRequest], ServerRequest | ServerAnswer>): HttpServer;
  /** Sees each response; what it gives takes its place. */
  after(
    handler: Answering<[response: OutgoingResponse, request: ServerRequest], ServerAnswer>,
  ): HttpServer;
  /** Asked before each request: false answers with 503. */
  readiness(handler: Answering<[], boolean>): HttpServer;
  onShutdown(handler: Answering<[], void>): HttpServer;
  /** Answers one request. What handlers do is recorded like all else of the run; an error of theirs is the caller's. */
  request(request: {
    readonly method?: string;
    readonly path: string;
    readonly query?: { readonly [name: string]: string };
    readonly headers?: { readonly [name: string]: string };
    readonly body?: string | Uint8Array;
    readonly remote_addr?: string;
    readonly client_ip?: string;
  }): Promise<OutgoingResponse>;
  setReady(ready: boolean): boolean;
  ready(): Promise<boolean>;
  /** Answers nothing from here on; false when it was shut down before. */
  shutdown(): Promise<boolean>;
}

/** Makes the routers of a context. */
export function httpServers(ctx: RunContext, harnessFor: (ctx: RunContext) => Harness) {
  return (options: RouterOptions = {}): HttpServer => {
    const id = ctx.task.nextGroup('http_server');
    return serverHandle(ctx, harnessFor, ctx.get(httpRoutersKey).open(id, options));
  };
}

function serverHandle(
  ctx: RunContext,
  harnessFor: (ctx: RunContext) => Harness,
  router: HttpRouter,
): HttpServer {
  const code = (fn: (harness: Harness, ...args: never[]) => unknown): RequestHandler =>
    keptCode(ctx, (inner, args) => {
      const run = async (lane: RunContext) => fn(harnessFor(lane), ...(args as never[]));
      return callHandler(inner, { kind: 'async', name: fn.name, run }, []);
    });
  const inLane = <T>(body: (inner: RunContext) => Suspending<T>): Promise<T> =>
    ctx.runFromLane(ctx.task.nextGroup('http_request'), body);
  const server: HttpServer = notData('an HTTP server', {
    route(method, path, handler, options) {
      router.route(method, path, code(handler), options);
      return server;
    },
    before(handler) {
      router.before(code(handler));
      return server;
    },
    after(handler) {
      router.after(code(handler));
      return server;
    },
    readiness(handler) {
      router.readiness(code(handler));
      return server;
    },
    onShutdown(handler) {
      router.onShutdown(code(handler));
      return server;
    },
    request: (request) => inLane((inner) => router.dispatch(inner, readRequest({ ...request }))),
    setReady: (ready) => router.setReady(ready),
    ready: () => inLane((inner) => router.ready(inner)),
    shutdown: () => inLane((inner) => router.shutdown(inner)),
  } satisfies HttpServer);
  return server;
}
