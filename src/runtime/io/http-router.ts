// Requests that come in, as data: routes, what stands before and behind them, and when nobody is answered. It listens nowhere:
// whoever has a request hands it over. What handlers do are effects of the run, so a replay answers the same without asking.
import type { RunContext, ServiceKey, Suspending } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import { type IncomingRequest, matchRoute, readTemplate, type Template } from './http-route.ts';

/** Called with data of the program; gives what the program gives. */
export type RequestHandler = (ctx: RunContext, args: readonly unknown[]) => Suspending<unknown>;

export type RouterOptions = {
  /** Longer bodies are answered with 413 before any handler runs. */
  readonly max_body_bytes?: number | null;
  /** Whether handlers get the bytes as well. True when left out. */
  readonly retain_raw_body?: boolean | null;
  /** False: every request is answered with 503 until the router is ready. */
  readonly ready?: boolean | null;
};

export type RouteOptions = Omit<RouterOptions, 'ready'>;

interface Route {
  readonly method: string;
  readonly template: Template;
  readonly handler: RequestHandler;
  readonly options: RouteOptions;
}

type Fields = { readonly [name: string]: unknown };

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' &&
  value !== null &&
  !Array.isArray(value) &&
  !(value instanceof Uint8Array);

const isResponse = (value: unknown): value is Fields => isFields(value) && 'status' in value;

/** A response: `{status, headers, body}`. */
export type OutgoingResponse = {
  readonly status: number;
  readonly headers: Fields;
  readonly body: unknown;
};

/** One router. */
export class HttpRouter {
  readonly id: string;
  readonly #options: RouterOptions;
  readonly #routes: Route[] = [];
  readonly #before: RequestHandler[] = [];
  readonly #after: RequestHandler[] = [];
  readonly #onShutdown: RequestHandler[] = [];
  #readiness: RequestHandler | undefined;
  #isReady: boolean;
  #isShutDown = false;

  constructor(id: string, options: RouterOptions = {}) {
    this.id = id;
    this.#options = options;
    this.#isReady = options.ready !== false;
  }

  /** `{_type, id, routes, ready, shutdown}`: what a program holds of it. */
  view(): Fields {
    return {
      _type: 'http_server',
      id: this.id,
      routes: this.#routes.length,
      ready: this.#isReady,
      shutdown: this.#isShutDown,
    };
  }

  /** Answers `method` (`*` for all) on paths like `/hooks/{name}` or `/hooks/:name`. The first that fits answers. */
  route(method: string, path: string, handler: RequestHandler, options: RouteOptions = {}): void {
    const template = readTemplate(path);
    this.#routes.push({ method: method.toUpperCase(), template, handler, options });
  }

  /** Sees every request before its route: gives it on, changed or not, or answers it. */
  before(handler: RequestHandler): void {
    this.#before.push(handler);
  }

  /** Sees every response of a handler: `(response, request)`. */
  after(handler: RequestHandler): void {
    this.#after.push(handler);
  }

  onShutdown(handler: RequestHandler): void {
    this.#onShutdown.push(handler);
  }

  /** Asked before every request, besides the switch of `setReady`. */
  readiness(handler: RequestHandler): void {
    this.#readiness = handler;
  }

  /** Gives what it is now. */
  setReady(ready: boolean): boolean {
    this.#isReady = ready;
    return ready;
  }

  *ready(ctx: RunContext): Suspending<boolean> {
    if (this.#isShutDown || !this.#isReady) return false;
    if (this.#readiness === undefined) return true;
    const said = yield* this.#readiness(ctx, [this.view()]);
    return said !== false && said !== null && said !== undefined;
  }

  /** Answers nothing from here on. False when it was shut down before. */
  *shutdown(ctx: RunContext): Suspending<boolean> {
    if (this.#isShutDown) return false;
    this.#isShutDown = true;
    for (const handler of this.#onShutdown) yield* handler(ctx, [this.view()]);
    return true;
  }

  /** Answers one request. An error of a handler is the caller's. */
  *dispatch(ctx: RunContext, request: IncomingRequest): Suspending<OutgoingResponse> {
    if (!(yield* this.ready(ctx))) {
      return plain(503, this.#isShutDown ? 'shut down' : 'not ready');
    }
    const found = this.#find(request);
    if (!('route' in found)) return found;
    const { route, params } = found;
    const limit = route.options.max_body_bytes ?? this.#options.max_body_bytes;
    if (limit != null && request.bytes.length > limit) {
      return plain(413, 'the body is too long', { 'x-harn-body-limit': String(limit) });
    }
    const keeps = route.options.retain_raw_body ?? this.#options.retain_raw_body ?? true;
    return yield* this.#answer(ctx, route, messageOf(request, params, keeps));
  }

  *#answer(ctx: RunContext, route: Route, first: Fields): Suspending<OutgoingResponse> {
    let request = first;
    let response: OutgoingResponse | undefined;
    for (const handler of this.#before) {
      const said = yield* handler(ctx, [request]);
      if (isResponse(said)) {
        response = responseOf(said);
        break;
      }
      if (isFields(said)) request = said;
    }
    response ??= responseOf(yield* route.handler(ctx, [request]));
    for (const handler of this.#after) {
      const said = yield* handler(ctx, [response, request]);
      if (said !== null && said !== undefined) response = responseOf(said);
    }
    return response;
  }

  #find(request: IncomingRequest): Found | OutgoingResponse {
    const others = new Set<string>();
    for (const route of this.#routes) {
      const params = matchRoute(route.template, request.path);
      if (params === undefined) continue;
      if (route.method === '*' || route.method === request.method) return { route, params };
      others.add(route.method);
    }
    if (others.size === 0) return plain(404, 'not found');
    return plain(405, 'method not allowed', { allow: [...others].sort().join(', ') });
  }
}

interface Found {
  readonly route: Route;
  readonly params: Fields;
}

/** The routers of a run: memory that a replay makes again. */
export class HttpRouters {
  readonly #all = new Map<string, HttpRouter>();

  open(id: string, options: RouterOptions): HttpRouter {
    const router = new HttpRouter(id, options);
    this.#all.set(id, router);
    return router;
  }

  find(id: string): HttpRouter {
    const found = this.#all.get(id);
    if (found === undefined) throw ioErrors.noConnection({ handle: id, kind: 'http_server' });
    return found;
  }
}

export const httpRoutersKey: ServiceKey<HttpRouters> = {
  name: 'io.http_routers',
  create: () => new HttpRouters(),
};

function messageOf(request: IncomingRequest, params: Fields, keeps: boolean): Fields {
  const { bytes, ...rest } = request;
  return {
    ...rest,
    params,
    path_params: params,
    body_bytes: bytes.length,
    raw_body: keeps ? bytes : null,
  };
}

function plain(status: number, body: string, headers: Fields = {}): OutgoingResponse {
  return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body };
}

/** A response as it is; text as text, nothing as 204, other data as JSON. */
function responseOf(value: unknown): OutgoingResponse {
  if (isResponse(value)) {
    const { status, headers } = value;
    if (typeof status !== 'number' || !Number.isInteger(status) || status < 100 || status > 599) {
      throw ioErrors.badResponse({ status: String(status) });
    }
    return {
      ...value,
      status,
      headers: isFields(headers) ? lowerCased(headers) : {},
      body: value['body'] ?? null,
    };
  }
  if (value === null || value === undefined) return { status: 204, headers: {}, body: null };
  if (typeof value === 'string') return plain(200, value);
  if (value instanceof Uint8Array) {
    return { status: 200, headers: { 'content-type': 'application/octet-stream' }, body: value };
  }
  return {
    status: 200,
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(value),
  };
}

function lowerCased(headers: Fields): Fields {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value]),
  );
}
