// Examples of builtins: random-values.
import type { Examples } from './example.ts';

export const RANDOM_VALUES_EXAMPLES: Examples = {
  'random.bytes': {
    source:
      'const key = harness.random.bytes(32)\nprintln([len(key), key == harness.random.bytes(32)])',
    prints: '[32, false]',
  },
  'random.choice': {
    source:
      'const rng = rng_seed(7)\nprintln(contains(["red", "green", "blue"], random_choice(rng, ["red", "green", "blue"])))\nprintln(random_choice([]))',
    prints: 'true\nnil',
  },
  'random.ed25519_keypair': {
    source:
      'const pair = ed25519_keypair()\nprintln(len(pair.private))\nprintln(ed25519_verify(pair.public, "hi", ed25519_sign(pair.private, "hi")))',
    prints: '64\ntrue',
  },
  'random.f64': {
    source: 'println(random(rng_seed(1)))',
    prints: '0.36787553937444917',
  },
  'random.range': {
    source:
      'println(random_int(rng_seed(1), 1, 6))\nprintln(range(100).to_list().all({ _ -> random_int(1, 6) <= 6 }))',
    prints: '3\ntrue',
  },
  'random.seed': {
    source:
      'harness.random.seed(42)\nconst first = random_int(1, 1000000)\nharness.random.seed(42)\nprintln(random_int(1, 1000000) == first)',
    prints: 'true',
  },
  'random.shuffle': {
    source:
      'println(random_shuffle(rng_seed(3), ["a", "b", "c", "d"]))\nprintln(random_shuffle([3, 1, 2]).sort())',
    prints: '[d, a, b, c]\n[1, 2, 3]',
  },
  'random.u64': {
    source: 'const n = harness.random.u64()\nprintln([n >= 0, n == harness.random.u64()])',
    prints: '[true, false]',
  },
  'random.uuid': {
    source:
      'const id = uuid()\nprintln([len(id), regex_match("^[0-9a-f-]{14}4[0-9a-f-]{21}$", id) != nil, id == uuid()])',
    prints: '[36, true, false]',
  },
  'random.uuid_v7': {
    source: 'mock_time(1000)\nconst first = uuid_v7()\nadvance_time(5)\nprintln(first < uuid_v7())',
    prints: 'true',
  },
  'random.x25519_keypair': {
    source:
      'const ann = x25519_keypair()\nconst bob = x25519_keypair()\nprintln(x25519_agree(ann.private, bob.public) == x25519_agree(bob.private, ann.public))',
    prints: 'true',
  },
};
