// Examples of builtins: clock and environment.
import type { Examples } from './example.ts';

export const CLOCK_EXAMPLES: Examples = {
  arch: {
    source: 'println(arch())',
    prints: 'x86_64',
  },
  await: {
    source: `let task = spawn { 40 + 2 }
println(await(task))`,
    prints: '42',
  },
  cancel: {
    source: `let never = channel("never")
let task = spawn { println(receive(never)) }
cancel(task)
println("cancelled")`,
    prints: 'cancelled',
  },
  cancel_graceful: {
    source: `let done = channel("done", 1)
let task = spawn { send(done, "worked") }
println(receive(done))
println(cancel_graceful(task))`,
    prints: `worked
true`,
  },
  'clock.date_iso': {
    source: `mock_time(0)
println(date_iso())`,
    prints: '1970-01-01T00:00:00.000Z',
  },
  'clock.elapsed': {
    source: `mock_time(0)
let before = elapsed()
sleep(250)
println(elapsed() - before)`,
    prints: '250',
  },
  'clock.monotonic_ms': {
    source: `mock_time(0)
let before = monotonic_ms()
sleep(250)
println(monotonic_ms() - before)`,
    prints: '250',
  },
  'clock.now': {
    source: `mock_time(86400000)
let now = harness.clock.now()
println("\${now.year}-\${now.month}-\${now.day}")`,
    prints: '1970-1-2',
  },
  'clock.now_ms': {
    source: `mock_time(1000)
println(now_ms())`,
    prints: '1000',
  },
  'clock.sleep_ms': {
    source: `mock_time(0)
sleep(90s)
println(now_ms())`,
    prints: '90000',
  },
  'clock.timestamp': {
    source: `mock_time(1500)
println(timestamp())`,
    prints: '1.5',
  },
  'env.get': {
    source: 'println(env("NO_SUCH_VARIABLE") ?? "not set")',
    prints: 'not set',
  },
  'env.get_or': {
    source: 'println(env_or("NO_SUCH_VARIABLE", "8080"))',
    prints: '8080',
  },
  'env.secret_get': {
    source: `let missing = try { secret_get("github/webhook-secret") }
println(unwrap_err(missing))`,
    prints: 'there is no secret github/webhook-secret',
  },
};
