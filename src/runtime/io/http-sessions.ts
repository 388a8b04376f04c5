// Sessions: options that several requests share. Connections are pooled by the host for all of them.
import { defineSyncEffect, type ServiceKey } from '../run/index.ts';
import { ioErrors } from './errors.ts';
import type { HttpOptions } from './http-request.ts';

/** The sessions of a run. */
export class HttpSessions {
  readonly #sessions = new Map<string, HttpOptions>();
  #made = 0;

  open(options: HttpOptions): string {
    this.#made += 1;
    const id = `http_session_${this.#made}`;
    this.#sessions.set(id, options);
    return id;
  }

  /** The options of a request in a session: its own count more, headers and query are joined. */
  optionsOf(id: string, own: HttpOptions): HttpOptions {
    const shared = this.#sessions.get(id);
    if (shared === undefined) throw ioErrors.noSession({ session: id });
    const { session: _session, ...rest } = own;
    return {
      ...shared,
      ...rest,
      headers: { ...shared.headers, ...own.headers },
      query: { ...shared.query, ...own.query },
    };
  }

  close(id: string): boolean {
    return this.#sessions.delete(id);
  }
}

export const httpSessionsKey: ServiceKey<HttpSessions> = {
  name: 'io.http_sessions',
  create: () => new HttpSessions(),
};

const local = { class: 'local', access: 'read' } as const;

export const httpSessionEffects = {
  /** A session: name it as `session` in the options of requests. */
  session_open: defineSyncEffect(
    { name: 'net.session_open', ...local },
    (env, options: HttpOptions = {}) => env.get(httpSessionsKey).open(options),
  ),
  /** False when it was closed before. */
  session_close: defineSyncEffect({ name: 'net.session_close', ...local }, (env, id: string) =>
    env.get(httpSessionsKey).close(id),
  ),
};
