// What holds for all types: assignability is an order on what is known, and types read back as they print.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseSignature } from '../../1-parse/signature.ts';
import { assignable } from './assignable.ts';
import { typeText } from './display.ts';
import { readHead } from './from-syntax.ts';
import {
  ANY,
  BOOL,
  container,
  type Field,
  FLOAT,
  functionType,
  INT,
  literal,
  NEVER,
  NIL,
  STRING,
  type Type,
  UNKNOWN,
} from './type.ts';
import { TypeScope } from './type-scope.ts';
import { sameType, unionOf } from './union.ts';

const NO_NAMES = new TypeScope(undefined);

const leaf = fc.oneof(
  fc.constantFrom<Type>(INT, FLOAT, STRING, BOOL, NIL),
  fc.constantFrom('a', 'b', 'with "quotes" and $').map((text): Type => literal(text)),
  fc.integer({ min: 0, max: 3 }).map((n): Type => literal(BigInt(n))),
  fc.boolean().map((value): Type => literal(value)),
);

function typesOver(leaves: fc.Arbitrary<Type>): fc.Arbitrary<Type> {
  return fc.letrec<{ type: Type }>((tie) => {
    const type = tie('type');
    const field = fc.record({
      name: fc.constantFrom('a', 'b', 'c', 'odd name'),
      type,
      optional: fc.boolean(),
    });
    const fields = fc.uniqueArray<Field, string>(field, { selector: (f) => f.name, maxLength: 3 });
    return {
      type: fc.oneof(
        { maxDepth: 3, withCrossShrink: true },
        leaves,
        type.map((element): Type => container('list', [element])),
        type.map((value): Type => container('dict', [STRING, value])),
        type.map((element): Type => container('iter', [element])),
        fc.tuple(type, type).map((args): Type => container('Result', args)),
        fields.map((each): Type => ({ kind: 'shape', fields: each, declared: true })),
        fc.array(type, { minLength: 2, maxLength: 3 }).map(unionOf),
        fc
          .array(type, { minLength: 2, maxLength: 3 })
          .map((elements): Type => ({ kind: 'tuple', elements })),
        fc.tuple(fc.array(type, { maxLength: 2 }), type).map(([params, returns]): Type => {
          return functionType(
            params.map((p) => ({ name: undefined, type: p, optional: false })),
            returns,
          );
        }),
      ),
    };
  }).type;
}

const types = typesOver(leaf);
const gradual = typesOver(fc.oneof(leaf, fc.constantFrom<Type>(ANY, UNKNOWN, NEVER)));
/**
 * Without what is open by intent: literals, which their base types may stand for, dicts, which stand for shapes,
 * functions that leave out parameters, and optional fields, which a shape may hide.
 */
const PLAIN: readonly Type[] = [INT, FLOAT, STRING, NIL];
const closed = fc.oneof(
  fc.constantFrom(...PLAIN),
  fc.constantFrom(...PLAIN).map((element): Type => container('list', [element])),
  fc.constantFrom(...PLAIN).map((element): Type => container('iter', [element])),
  fc.tuple(fc.subarray(['a', 'b', 'c']), fc.constantFrom(...PLAIN)).map(([names, type]): Type => {
    const fields = names.map((name) => ({ name, type, optional: false }));
    return { kind: 'shape', fields, declared: true };
  }),
);

describe('assignability', () => {
  test('every type fits itself, any, unknown, and a union that it is in', () => {
    fc.assert(
      fc.property(gradual, gradual, (a, b) => {
        expect(assignable(a, a)).toBe(true);
        expect(assignable(a, ANY)).toBe(true);
        expect(assignable(a, UNKNOWN)).toBe(true);
        expect(assignable(NEVER, a)).toBe(true);
        expect(assignable(a, unionOf([a, b]))).toBe(true);
      }),
    );
  });

  test('is transitive where nothing is left open', () => {
    fc.assert(
      fc.property(fc.array(closed, { minLength: 5, maxLength: 5 }), (some) => {
        const all = [...some, ...some.flatMap((a) => some.map((b) => unionOf([a, b])))];
        for (const a of all)
          for (const b of all.filter((each) => assignable(a, each)))
            for (const c of all)
              if (assignable(b, c) && !assignable(a, c))
                expect.fail(`${typeText(a)} fits ${typeText(b)} fits ${typeText(c)}`);
      }),
      { numRuns: 60 },
    );
  });

  test('a union fits exactly what all of its members fit', () => {
    fc.assert(
      fc.property(types, types, types, (a, b, c) => {
        expect(assignable(unionOf([a, b]), c)).toBe(assignable(a, c) && assignable(b, c));
      }),
    );
  });
});

test('a type reads back as it prints', () => {
  fc.assert(
    fc.property(gradual, (type) => {
      const text = typeText(type);
      const { returns } = readHead(parseSignature(`f() -> ${text}`), NO_NAMES).type;
      expect(typeText(returns)).toBe(text);
    }),
  );
  fc.assert(
    fc.property(types, (type) => {
      const { returns } = readHead(parseSignature(`f() -> ${typeText(type)}`), NO_NAMES).type;
      expect(sameType(returns, type)).toBe(true);
    }),
  );
});
