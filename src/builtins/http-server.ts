// Requests that come in, as `harness.net` and the older globals: the router of the runtime with closures as its handlers, and
// what is said about TLS.
import {
  type HttpRouter,
  httpRoutersKey,
  type RequestHandler,
  type RouteOptions,
  type RouterOptions,
  readRequest,
} from '../runtime/io/index.ts';
import { keptCode, type RunContext, type Suspending } from '../runtime/run/index.ts';
import {
  type Ctx,
  call,
  type Dict,
  dictGet,
  display,
  type HarnFunction,
  isBytes,
  isDict,
  isFunction,
  type Steps,
  typeOf,
  type Value,
} from '../values/index.ts';
import { optionsOf, toData } from './data.ts';
import { type BuiltinMeta, type BuiltinRow, builtin } from './define.ts';
import { wrong } from './errors.ts';

/** The router of a handle: the dict that `http_server` gave, or its id. */
function routerOf(ctx: Ctx, ref: Value): HttpRouter {
  const id = isDict(ref) ? dictGet(ref, 'id') : ref;
  return (ctx as RunContext).get(httpRoutersKey).find(display(id ?? null));
}

function closureOf(name: string, given: Value): HarnFunction {
  if (isFunction(given)) return given;
  throw wrong.argument({
    builtin: name,
    detail: `the handler must be a closure, got ${typeOf(given)}`,
  });
}

function handler(name: string, given: Value): RequestHandler {
  const fn = closureOf(name, given);
  return (ctx, args) => call(fn, ctx, args as readonly Value[]) as Suspending<unknown>;
}

/** What is neither a response nor text or bytes is data. */
function routeHandler(name: string, given: Value): RequestHandler {
  const inner = handler(name, given);
  return function* (ctx, args) {
    const said = (yield* inner(ctx, args)) as Value;
    const isPlain = said === null || typeof said === 'string' || isBytes(said);
    return isPlain || (isDict(said) && 'status' in said) ? said : toData(said);
  };
}

const ambient = (name: string, rest: Omit<BuiltinMeta, 'effect' | 'aliases'>): BuiltinMeta => ({
  ...rest,
  effect: 'ambient',
  aliases: [name],
});

/** A request: bytes of the body as they are, the rest as data. */
function requestOf(given: Value) {
  if (!isDict(given)) {
    throw wrong.argument({
      builtin: 'http_server_request',
      detail: `the request must be a dict, got ${typeOf(given)}`,
    });
  }
  const entries = Object.entries(given as { readonly [name: string]: Value });
  return readRequest(
    Object.fromEntries(
      entries.map(([name, value]) => [name, isBytes(value) ? value : toData(value)]),
    ),
  );
}

function* dispatch(ctx: Ctx, server: Value, request: Value): Steps {
  const router = routerOf(ctx, server);
  return (yield* router.dispatch(ctx as RunContext, requestOf(request))) as unknown as Value;
}

const ANSWERED =
  'Answers a request `{method, path, query, headers, body, raw_body, remote_addr, client_ip}` and gives the response `{status, headers, body}`. 503 while not ready, 404 and 405 without a route, 413 for a body that is too long.';

export function httpServerRows(): readonly BuiltinRow[] {
  return [...routeRows(), ...dispatchRows(), ...stateRows()];
}

function routeRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'net.http_server(options: dict?) -> dict',
      ambient('http_server', {
        doc: 'A router for requests that come in, which listens nowhere itself: `http_server_request` hands requests to it. Options: `max_body_bytes`, `retain_raw_body`, `ready`.',
      }),
      (ctx: Ctx, given: Value = null) => {
        const run = ctx as RunContext;
        const router = run
          .get(httpRoutersKey)
          .open(run.task.nextGroup('http_server'), optionsOf<RouterOptions>(given));
        return router.view() as Dict;
      },
    ),
    builtin(
      'net.http_server_route(server: any, method: string, path_template: string, handler: closure, options: dict?) -> dict',
      ambient('http_server_route', {
        doc: 'Answers a method (`*` for all) at a path with names in it, `/a/{name}` or `/a/:name`. The handler gets the request with `path_params`, `query`, `headers`, `body` and `raw_body`. Options: `max_body_bytes`, `retain_raw_body`.',
      }),
      (ctx: Ctx, server: Value, method: Value, path: Value, fn: Value, given: Value = null) => {
        const router = routerOf(ctx, server);
        const code = keptCode(ctx as RunContext, routeHandler('http_server_route', fn));
        router.route(display(method), display(path), code, optionsOf<RouteOptions>(given));
        return router.view() as Dict;
      },
    ),
    registering(
      'before',
      'Sees each request before its route: gives it on, changed or not, or a response, which answers it.',
    ),
    registering(
      'after',
      'Sees each response: `(response, request)`; what it gives takes the place of the response.',
    ),
    registering(
      'readiness',
      'Asked before each request and by `http_server_ready`: false answers with 503.',
    ),
    registering('on_shutdown', 'Called once, when the server is shut down.'),
  ];
}

const REGISTER = {
  before: 'before',
  after: 'after',
  readiness: 'readiness',
  on_shutdown: 'onShutdown',
} as const;

function registering(name: keyof typeof REGISTER, doc: string): BuiltinRow {
  const full = `http_server_${name}`;
  return builtin(
    `net.${full}(server: any, handler: closure) -> dict`,
    ambient(full, { doc }),
    (ctx: Ctx, server: Value, fn: Value) => {
      const router = routerOf(ctx, server);
      router[REGISTER[name]](keptCode(ctx as RunContext, handler(full, fn)));
      return router.view() as Dict;
    },
  );
}

function dispatchRows(): readonly BuiltinRow[] {
  return ['http_server_request', 'http_server_test'].map((name) =>
    builtin(
      `net.${name}(server: any, request: dict) -> dict`,
      ambient(name, {
        doc: ANSWERED,
      }),
      dispatch,
    ),
  );
}

function stateRows(): readonly BuiltinRow[] {
  return [
    builtin(
      'net.http_server_set_ready(server: any, ready: bool) -> bool',
      ambient('http_server_set_ready', {
        doc: 'Says whether requests are answered, and gives it.',
      }),
      (ctx: Ctx, server: Value, ready: Value) => routerOf(ctx, server).setReady(ready === true),
    ),
    builtin(
      'net.http_server_ready(server: any) -> bool',
      ambient('http_server_ready', {
        doc: 'Whether requests are answered.',
      }),
      function* (ctx: Ctx, server: Value): Steps {
        return yield* routerOf(ctx, server).ready(ctx as RunContext);
      },
    ),
    builtin(
      'net.http_server_shutdown(server: any) -> bool',
      ambient('http_server_shutdown', {
        doc: 'Answers nothing from here on and calls those who wanted to know; false when it was shut down before.',
      }),
      function* (ctx: Ctx, server: Value): Steps {
        return yield* routerOf(ctx, server).shutdown(ctx as RunContext);
      },
    ),
  ];
}
