// Topics as their owners declare them: a name, a version, and how older payloads become today's. Payloads carry `v`;
// old shapes are upgraded when read, never in place.
import type { JsonObject } from '../base/index.ts';
import { sto } from './errors.ts';
import type { StoredEvent } from './event-log.ts';

/** What an owner states about a topic or a family of topics. */
export interface TopicSpec<Payload extends JsonObject> {
  /** The topic's name; for a family the part before the last dot: `runs` for `runs.<id>`. */
  readonly name: string;
  readonly version: number;
  /** Turns a payload of version `from` (1 when it carries none) into today's. Needed from version 2 on. */
  readonly upgrade?: (old: JsonObject, from: number, event: StoredEvent) => Payload;
}

/** A declared topic. */
export interface Topic<Payload extends JsonObject> {
  readonly name: string;
  readonly version: number;
  /** The member of the family for `part`: `runs.of('a b')` is `runs.a_b`. */
  of(part: string): string;
  /** Whether a topic name is this topic or a member of its family. */
  owns(topic: string): boolean;
  /** The payload with today's `v`. */
  encode(payload: Payload): JsonObject;
  /** The payload in today's shape; a payload of a later version is an error. */
  decode(event: StoredEvent): Payload;
}

/** Declares a topic or family. */
export function defineTopic<Payload extends JsonObject>(spec: TopicSpec<Payload>): Topic<Payload> {
  const { name, version, upgrade } = spec;
  checkTopicName(name);
  return {
    name,
    version,
    of: (part) => `${name}.${topicComponent(part)}`,
    owns: (topic) => topic === name || topic.startsWith(`${name}.`),
    encode: (payload) => ({ ...payload, v: version }),
    decode(event) {
      const payload = event.payload as Payload;
      const from = typeof payload['v'] === 'number' ? payload['v'] : 1;
      if (from > version) {
        throw sto.newerEvent({ topic: event.topic, id: event.id, found: from, known: version });
      }
      return from === version || upgrade === undefined ? payload : upgrade(payload, from, event);
    },
  };
}

/** Makes a text usable inside a topic name. Lossy: `a b`, `a/b` and `a_b` become the same. */
export function topicComponent(text: string): string {
  return text.replace(/[^A-Za-z0-9._-]/g, '_');
}

/** Throws `invalidTopic` unless the name is letters, digits, dots, `_` and `-`. */
export function checkTopicName(name: string): void {
  if (!/^[A-Za-z0-9._-]+$/.test(name)) throw sto.invalidTopic({ topic: name });
}
