// Examples of builtins: atomics-and-circuits.
import type { Examples } from './example.ts';

export const ATOMICS_AND_CIRCUITS_EXAMPLES: Examples = {
  'runtime.atomic_add': {
    source: 'const seats = atomic(10)\nprintln(atomic_add(seats, -3))\nprintln(atomic_get(seats))',
    prints: '10\n7',
  },
  'runtime.atomic_cas': {
    source:
      'const owner = atomic("nobody")\nprintln([atomic_cas(owner, "nobody", "ann"), atomic_cas(owner, "nobody", "bob")])\nprintln(atomic_get(owner))',
    prints: '[true, false]\nann',
  },
  'runtime.atomic_get': {
    source:
      'const done = atomic(0)\nparallel each [1, 2, 3] { n -> atomic_add(done, n) }\nprintln(atomic_get(done))',
    prints: '6',
  },
  'runtime.atomic_set': {
    source:
      'const state = atomic("idle")\nprintln(atomic_set(state, "busy"))\nprintln(atomic_get(state))',
    prints: 'idle\nbusy',
  },
  'runtime.circuit_check': {
    source:
      'mock_time(0)\ncircuit_breaker("api", 1, 1000)\ncircuit_record_failure("api")\nprintln(circuit_check("api"))\nadvance_time(1000)\nprintln(circuit_check("api"))',
    prints: 'open\nhalf_open',
  },
  'runtime.circuit_record_failure': {
    source:
      'circuit_breaker("api", 2)\nprintln([circuit_record_failure("api"), circuit_record_failure("api")])\nprintln(circuit_check("api"))',
    prints: '[false, true]\nopen',
  },
  'runtime.circuit_record_success': {
    source:
      'circuit_breaker("api", 2)\ncircuit_record_failure("api")\ncircuit_record_success("api")\nprintln(circuit_record_failure("api"))',
    prints: 'false',
  },
  'runtime.circuit_reset': {
    source:
      'circuit_breaker("api", 1)\ncircuit_record_failure("api")\ncircuit_reset("api")\nprintln(circuit_check("api"))',
    prints: 'closed',
  },
};
