// Examples of builtins: digests, ids and schemas.
import type { Examples } from './example.ts';

export const DIGESTS_IDS_SCHEMAS_EXAMPLES: Examples = {
  sha1: {
    source: 'println(sha1("abc"))',
    prints: 'a9993e364706816aba3e25717850c26c9cd0d89d',
  },
  sha224: {
    source: 'println(sha224("abc"))',
    prints: '23097d223405d8228642a477bda255b32aadbce4bda0b3f7e36c9da7',
  },
  sha256: {
    source: 'println(sha256("abc"))\nprintln(sha256(bytes_from_hex("616263")) == sha256("abc"))',
    prints: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad\ntrue',
  },
  sha384: {
    source: 'println(sha384("abc"))',
    prints:
      'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7',
  },
  sha3_256: {
    source: 'println(sha3_256("abc"))',
    prints: '3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532',
  },
  sha3_512: {
    source: 'println(sha3_512("abc"))',
    prints:
      'b751850b1a57168a5693cd924b6b096e08f621827444f70d884f5d0240d2712e10e116e9192af3c91a7ec57647e3934057340b4cf408d5a56592f8274eec53f0',
  },
  sha512: {
    source: 'println(sha512("abc"))',
    prints:
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
  },
  uuid_nil: {
    source: 'println(uuid_nil())',
    prints: '00000000-0000-0000-0000-000000000000',
  },
  uuid_parse: {
    source:
      'println(uuid_parse("6BA7B8109DAD11D180B400C04FD430C8"))\nprintln(uuid_parse("not-a-uuid"))',
    prints: '6ba7b810-9dad-11d1-80b4-00c04fd430c8\nnil',
  },
  uuid_v5: {
    source: 'println(uuid_v5("dns", "example.com"))',
    prints: 'cfbff0d1-9375-5685-968c-48ce8b15ae17',
  },
  schema_check: {
    source:
      'let schema = {type: "dict", properties: {age: {type: "int", min: 0}}, required: ["age"]}\nprintln(is_ok(schema_check({age: 3}, schema)))\nprintln(unwrap_err(schema_check({age: -1}, schema)).message)',
    prints: 'true\nage: -1 is below min 0',
  },
  schema_expect: {
    source:
      'println(schema_expect({name: "Ada"}, {type: "dict", properties: {name: {type: "string"}, role: {type: "string", default: "guest"}}}, true))',
    prints: '{name: Ada, role: guest}',
  },
  schema_extend: {
    source: 'println(schema_extend({type: "string", min_length: 1}, {max_length: 8}))',
    prints: '{max_length: 8, min_length: 1, type: string}',
  },
  schema_from_json_schema: {
    source:
      'println(schema_from_json_schema({type: "object", properties: {n: {type: "integer", minimum: 1}}, required: ["n"]}))',
    prints: '{properties: {n: {min: 1, type: int}}, required: [n], type: dict}',
  },
  schema_is: {
    source:
      'println(schema_is([1, 2], {type: "list", items: {type: "int"}}))\nprintln(schema_is([1, "2"], {type: "list", items: {type: "int"}}))',
    prints: 'true\nfalse',
  },
  schema_omit: {
    source:
      'let user = {type: "dict", properties: {name: {type: "string"}, password: {type: "string"}}}\nprintln(schema_omit(user, ["password"]))',
    prints: '{properties: {name: {type: string}}, type: dict}',
  },
  schema_parse: {
    source:
      'let schema = {type: "dict", properties: {port: {type: "int", default: 8080}}}\nprintln(schema_parse({}, schema))',
    prints: 'Result.Ok({port: 8080})',
  },
  schema_partial: {
    source:
      'let user = {type: "dict", properties: {name: {type: "string"}}, required: ["name"]}\nprintln([schema_is({}, user), schema_is({}, schema_partial(user))])',
    prints: '[false, true]',
  },
  schema_pick: {
    source:
      'let user = {type: "dict", properties: {name: {type: "string"}, password: {type: "string"}}}\nprintln(schema_pick(user, ["name"]))',
    prints: '{properties: {name: {type: string}}, type: dict}',
  },
  schema_to_json_schema: {
    source: 'println(schema_to_json_schema({type: "list", items: {type: "int", min: 1}}))',
    prints: '{items: {minimum: 1, type: integer}, type: array}',
  },
  schema_to_openapi_schema: {
    source: 'println(schema_to_openapi_schema({type: "string", nullable: true}))',
    prints: '{nullable: true, type: string}',
  },
};
