// The combinators of std/lifecycle against the same cases as those in TypeScript, and its presets, over a stand-in
// harness made of closures.
import { describe, expect, it } from 'vitest';
import { isJsonObject, type Json } from '../../src/base/index.ts';
import { output } from '../../src/engine/run-source.fixture.ts';
import { STD_SOURCES } from '../../src/engine/std-sources.ts';
import {
  type CallbackExpr,
  COMBINATOR_CASES,
  type CombinatorCase,
} from '../../src/runtime/lifecycle/combinator-cases.fixture.ts';

const modules = Object.fromEntries(STD_SOURCES);

/** A JSON value as Harn text. */
function literal(value: Json): string {
  if (value === null) return 'nil';
  if (Array.isArray(value)) return `[${value.map((item: Json) => literal(item)).join(', ')}]`;
  if (!isJsonObject(value)) return JSON.stringify(value);
  return `{${Object.entries(value)
    .map(([key, item]) => `${key}: ${literal(item)}`)
    .join(', ')}}`;
}

/** A callback expression as Harn text. */
function source(expr: CallbackExpr): string {
  if ('returns' in expr) return `{ h, v -> ${literal(expr.returns)} }`;
  if ('adds' in expr) return `{ h, v -> "\${v}${expr.adds}" }`;
  if ('equals' in expr) return `{ h, v -> v == ${literal(expr.equals)} }`;
  if ('throws' in expr) return `{ h, v -> throw ${literal(expr.throws)} }`;
  if ('takes_ms' in expr) {
    return `{ h, v ->\n now = now + ${expr.takes_ms}\n ${literal(expr.returning)} }`;
  }
  if ('compose' in expr) return `compose(${expr.compose.map(source).join(', ')})`;
  if ('first_available' in expr) {
    return `first_available([${expr.first_available.map(source).join(', ')}])`;
  }
  if ('with_telemetry' in expr) {
    const name = expr.name === undefined ? '' : `, ${literal(expr.name)}`;
    return `with_telemetry(${source(expr.with_telemetry)}${name})`;
  }
  if ('with_timeout' in expr) {
    return `with_timeout(${source(expr.with_timeout)}, ${literal(expr.limit)})`;
  }
  if ('if_unsettled' in expr) return `if_unsettled(${source(expr.if_unsettled)})`;
  return `when(${source(expr.when)}, ${source(expr.call)})`;
}

function programOf({ callback, value, open = 0 }: CombinatorCase): string {
  return `
import { compose, first_available, when, with_telemetry, with_timeout, if_unsettled } from "std/lifecycle/combinators"
let now = 1000
const h = {
  emit_audit: { kind, payload -> println(json_stringify([kind, payload])) },
  clock: {now_ms: { -> now }},
  is_empty: { -> ${open === 0} },
}
try {
  const callback = ${source(callback)}
  println(json_stringify({gives: callback(h, ${literal(value)})}))
} catch (e) {
  println(json_stringify({throws: to_string(e)}))
}
`;
}

describe('the combinators of std/lifecycle', () => {
  it.each(COMBINATOR_CASES.map((given) => [given.name, given] as const))('%s', (_name, given) => {
    const lines = output(programOf(given), { modules }).map((line) => JSON.parse(line) as Json);
    const end = given.throws === undefined ? { gives: given.gives } : { throws: given.throws };
    expect(lines).toEqual([...(given.audits ?? []), end]);
  });

  it('take a list or callbacks one by one, durations too, and refuse a limit that is none', () => {
    const lines = output(
      `
import { compose, with_timeout } from "std/lifecycle/combinators"
const add = { h, v -> "\${v}a" }
const h = {clock: {now_ms: { -> 0 }}}
println(compose(add, add)(h, "v"))
println(compose([add])(h, "v"))
println(compose(nil)(h, "v"))
println(with_timeout(add, 60s)(h, "v"))
try { with_timeout(add, "soon") } catch (e) { println(to_string(e)) }
`,
      { modules },
    );
    expect(lines).toEqual([
      'vaa',
      'va',
      'v',
      'va',
      'with_timeout expects a duration, milliseconds or {ms}; got soon',
    ]);
  });
});

const PRESETS = `
import { on_finish_abandon, on_finish_drain, on_finish_block_until_settled, on_finish_handoff_to, lifecycle_audit_log_take } from "std/lifecycle"
fn made(state, waited) {
  return {
    emit_audit: { kind, payload -> println("audit \${kind} \${len(payload)}") },
    unsettled_state: { -> state },
    current_pipeline_id: { -> "run" },
    wait_for_any_settlement: { timeout -> {status: waited, timeout: to_string(timeout)} },
    handoff_to: { target, payload -> [target, payload.origin, payload.x] },
    obs: {pipeline_lifecycle_audit_log_take: { -> ["taken"] }},
    spawn_settlement_agent: { unsettled, value -> ["drained", value] },
  }
}
const h = made(STATE, WAITED)
println(on_finish_abandon(h, "v"))
println(on_finish_drain(h, "v"))
println(on_finish_block_until_settled()(h, "v"))
println(on_finish_block_until_settled(15s, { hh, v -> "fallback" })(h, "v"))
println(on_finish_handoff_to("t", {x: 1})(h, "v"))
println(lifecycle_audit_log_take(h))
`;

function presets(state: string, waited: string): readonly string[] {
  const text = PRESETS.replace('STATE', state).replace('WAITED', waited);
  return output(text, { modules });
}

describe('the presets of std/lifecycle', () => {
  it('give the value back when nothing is open', () => {
    expect(presets('nil', '"settled"')).toEqual([
      'v',
      'audit pipeline_finalized 1',
      'v',
      'audit pipeline_finalized 2',
      'v',
      'audit pipeline_finalized 2',
      'v',
      'audit pipeline_finalized 2',
      'v',
      '[taken]',
    ]);
  });

  it('act when something is open', () => {
    expect(presets('{pool_pending_tasks: [1]}', '"unsettled"')).toEqual([
      'audit pipeline_abandoned_unsettled 2',
      'v',
      '[drained, v]',
      'audit settlement_timeout 2',
      '[drained, v]',
      'audit settlement_timeout 2',
      'fallback',
      '[t, run, 1]',
      '[taken]',
    ]);
  });
});
