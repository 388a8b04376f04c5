// What `std/graphql` reads with: schemas and documents of GraphQL as data.
import type { Json } from '../base/index.ts';
import { parseGraphqlOperations, parseGraphqlSchema } from '../text/index.ts';
import { display, fromJson } from '../values/index.ts';
import { reading } from './data-formats.ts';
import { type BuiltinRow, builtin } from './define.ts';

export function graphqlRows(): readonly BuiltinRow[] {
  return [
    builtin(
      '__graphql_schema(sdl: string) -> dict',
      { doc: 'What a schema of GraphQL declares; see `graphql_parse_schema` of `std/graphql`.' },
      (_, sdl) => fromJson(reading('graphql_parse_schema', () => parseGraphqlSchema(display(sdl)))),
    ),
    builtin(
      '__graphql_operations(document: string) -> list<dict>',
      { doc: 'What the operations of a document of GraphQL ask for.' },
      (_, document) =>
        fromJson(
          reading('graphql', () => parseGraphqlOperations(display(document)) as readonly Json[]),
        ),
    ),
  ];
}
