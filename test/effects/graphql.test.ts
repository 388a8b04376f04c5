// `std/graphql`: what goes out for an operation, and what comes of the answers; and credentials in texts.
import { describe, expect, it } from 'vitest';
import { createMockHost } from '../../src/index.ts';
import { printed, survivesKills } from './scene.ts';

const main = (body: string) =>
  `import { graphql_execute_operation, graphql_next_page_variables, graphql_normalize_response, graphql_operation, graphql_page_info, graphql_persisted_query } from "std/graphql"
pipeline main(harness: Harness) {
  const op = graphql_operation("Issues", "query Issues { issues { nodes { id } } }", {root_field: "issues", variables_schema: {type: "dict", required: ["first"], properties: {first: {type: "int"}}}})
${body}
}`;

function server(asked: string[] = []) {
  const host = createMockHost();
  host.onRequest('POST', 'https://api.test/graphql', ({ body, headers }) => {
    asked.push(`${headers?.['authorization']} ${body}`);
    const isSecond = String(body).includes('"after":"c1"');
    const issues = {
      nodes: [{ id: isSecond ? 'b' : 'a' }],
      pageInfo: { hasNextPage: !isSecond, endCursor: isSecond ? null : 'c1' },
    };
    return { status: 200, headers: { 'x-complexity': '7' }, json: { data: { issues } } };
  });
  return host;
}

const PAGES = main(`
  const client = {endpoint: "https://api.test/graphql", auth: {access_token: "t"}}
  let vars: dict | nil = {first: 1}
  let ids = []
  while vars != nil {
    const e = graphql_execute_operation(client, op, vars)
    ids = ids + graphql_page_info(e.result).nodes.map({ n -> n.id })
    vars = graphql_next_page_variables(vars, e.result)
    println([e.ok, e.meta.rate_limit.complexity, e.meta.rate_limit.remaining, e.result.meta.status])
  }
  write_file("/work/ids.txt", json_stringify(ids))`);

describe('std/graphql', () => {
  it('asks page after page, and asks nothing again after a kill', async () => {
    const asked: string[] = [];
    expect(await printed(PAGES, server(asked))).toEqual([
      '[true, 7, nil, 200]',
      '[true, 7, nil, 200]',
    ]);
    expect(asked).toEqual([
      expect.stringMatching(/^Bearer t .*"operationName":"Issues".*"variables":\{"first":1\}/),
      expect.stringContaining('"after":"c1"'),
    ]);
    const kills = await survivesKills(
      { text: PAGES },
      () => server(),
      (host) => host.fs.readText('/work/ids.txt'),
    );
    expect(kills).toBeGreaterThan(1);
  });

  it('refuses variables that do not fit, and tells of errors and answers that are no JSON', async () => {
    const asked: string[] = [];
    const lines = await printed(
      main(`
  println(is_err(try { graphql_execute_operation({endpoint: "https://api.test/graphql"}, op, {}) }))
  const part = graphql_normalize_response({status: 200, headers: {}, body: "{\\"data\\":{\\"a\\":1},\\"errors\\":[{\\"message\\":\\"m\\"}]}"})
  println([part.ok, part.partial, part.errors[0].message])
  const bad = graphql_normalize_response({status: 502, headers: {}, body: "<html>"})
  println([bad.ok, bad.partial, bad.data, bad.errors[0].message])
  println(graphql_page_info({edges: [{node: {id: 1}}]}).nodes)
  println(len(graphql_persisted_query("{a}").sha256_hash))`),
      server(asked),
    );
    expect(lines).toEqual([
      'true',
      '[false, true, m]',
      '[false, false, nil, the response is no JSON]',
      '[{id: 1}]',
      '64',
    ]);
    expect(asked).toEqual([]);
  });
});

const SDL = `
"What can be asked." type Query { viewer: User  issues(first: Int = 10, by: IssueFilter): [Issue!]! @deprecated(reason: "use nodes") }
enum State { OPEN CLOSED }
input IssueFilter { states: [State!]  parent: IssueFilter  limit: Int! = 3  team: ID! }
interface Node { id: ID! }
type User implements Node { id: ID! }
extend type User { name: String }
type Issue implements Node { id: ID!  state: State }
union Found = User | Issue
scalar Date
directive @live on FIELD
`;

const written = (text: string) => JSON.stringify(text).replaceAll('$', '\\$');

/** A program with the schema at hand as `schema`. */
const withSchema = (body: string) => `import "std/graphql"
pipeline main(harness: Harness) {
  const schema = graphql_parse_schema(${written(SDL)})
  const named = { name -> schema.types.find({ each -> each.name == name }) }
${body}
}`;

describe('a schema of GraphQL', () => {
  it('is read as types, fields and inputs, with what extends them', async () => {
    const lines = await printed(
      withSchema(`
  println([schema.query_type, schema.mutation_type, schema.directives, len(schema.types)])
  println([named("Query").kind, named("Query").description])
  println(named("Query").fields[1])
  println([named("User").fields.map({ f -> "\${f.name}: \${f.type}" }), named("User").interfaces])
  println([named("State").enum_values.map({ v -> v.name }), named("Found").possible_types, named("Date").kind])
  println(named("IssueFilter").input_fields[2])
  println(graphql_parse_schema("schema { query: Root } type Root { a: Int } type Query { b: Int }").query_type)
  println(try { graphql_parse_schema("type Query {\\n  a: }") })`),
    );
    expect(lines).toEqual([
      '[Query, nil, [live], 8]',
      '[OBJECT, What can be asked.]',
      '{args: [{default: 10, description: nil, name: first, type: Int}, {default: nil, description: nil, name: by, type: IssueFilter}], deprecated: true, deprecation_reason: use nodes, description: nil, name: issues, type: [Issue!]!}',
      '[[id: ID!, name: String], [Node]]',
      '[[OPEN, CLOSED], [User, Issue], SCALAR]',
      '{default: 3, description: nil, name: limit, type: Int!}',
      'Root',
      expect.stringMatching(/^Result\.Err\(graphql_parse_schema: line 2, column 6: /),
    ]);
  });

  it('that is nested without end is refused, not a crash', async () => {
    const lines = await printed(
      `import "std/graphql"
pipeline main() { println(is_err(try { graphql_parse_schema("type Q { a: " + "[".repeat(60000)) })) }`,
    );
    expect(lines).toEqual(['true']);
  });

  it('is the same by introspection', async () => {
    const asked = {
      data: {
        __schema: {
          queryType: { name: 'Query' },
          directives: [{ name: 'live' }],
          types: [
            {
              kind: 'OBJECT',
              name: 'Query',
              fields: [
                {
                  name: 'ids',
                  args: [
                    { name: 'first', type: { kind: 'SCALAR', name: 'Int' }, defaultValue: '3' },
                  ],
                  type: {
                    kind: 'NON_NULL',
                    ofType: { kind: 'LIST', ofType: { kind: 'SCALAR', name: 'ID' } },
                  },
                },
              ],
            },
          ],
        },
      },
    };
    const lines = await printed(
      `import "std/graphql"
pipeline main() {
  const asked = graphql_schema_from_introspection(json_parse(${written(JSON.stringify(asked))}))
  println(asked == graphql_parse_schema("directive @live on FIELD type Query { ids(first: Int = 3): [ID]! }"))
  println(asked.types[0].fields[0].type)
  println(len(__graphql_operations(graphql_introspection_query())))
  println(is_err(try { graphql_schema_from_introspection({data: {}}) }))
}`,
    );
    expect(lines).toEqual(['true', '[ID]!', '1', 'true']);
  });
});

const QUERY =
  'query ListIssues($by: IssueFilter!, $cost: String = "$1") { issues(by: $by) { id } }';

describe('a client made from operations', () => {
  it('is a module that asks for each of them, and refuses variables that the schema does not allow', async () => {
    const source = await printed(
      withSchema(`
  print(graphql_generate_client([graphql_operation("ListIssues", ${written(QUERY)}), graphql_operation("viewer", "{ viewer { id } }")], {schema: schema}))`),
    );
    const asked: string[] = [];
    const lines = await printed(
      {
        text: `import { list_issues, viewer } from "./client"
pipeline main(harness: Harness) {
  const at = {endpoint: "https://api.test/graphql"}
  println(list_issues(at, {by: {team: 7, states: ["OPEN"], parent: {team: "x"}}}).result.nodes)
  println(is_err(try { list_issues(at, {by: {team: 7, states: ["GONE"]}}) }))
  println(is_err(try { list_issues(at, {by: {parent: {team: "x"}}}) }))
  println(is_err(try { list_issues(at) }))
  println(viewer(at).ok)
}`,
        modules: { 'app/client.harn': source.join('\n') },
      },
      server(asked),
    );
    expect(lines).toEqual(['[{id: a}]', 'true', 'true', 'true', 'true']);
    expect(asked).toHaveLength(2);
    expect(asked[1]).not.toContain('operationName');
    expect(JSON.parse((asked[0] as string).slice('undefined '.length))).toMatchObject({
      query: QUERY,
      operationName: 'ListIssues',
      variables: { by: { team: 7, states: ['OPEN'] } },
    });
  });

  it('has no two functions of one name, and none whose document cannot be read', async () => {
    const lines = await printed(
      withSchema(`
  const a = graphql_operation("GetIt", "query GetIt { viewer { id } }")
  println(try { graphql_generate_client([a, a]) })
  println(is_err(try { graphql_generate_client([graphql_operation("a-b", "{ a }")]) }))
  println(is_err(try { graphql_generate_client([graphql_operation("b", "query {")]) }))
  println(contains(graphql_generate_client([a], {prefix: "linear_"}), "pub fn linear_get_it("))`),
    );
    expect(lines).toEqual([
      'Result.Err(graphql_generate_client: two operations are called get_it)',
      'true',
      'true',
      'true',
    ]);
  });

  it('sends the hash of a persisted operation, and the name that the document has', async () => {
    const asked: string[] = [];
    await printed(
      main(`
  const known = graphql_operation("Q", "{ issues { nodes { id } } }", {persisted: true})
  graphql_execute_operation({endpoint: "https://api.test/graphql"}, known)
  graphql_execute_operation({endpoint: "https://api.test/graphql"}, graphql_operation("ours", "query Theirs { issues { nodes { id } } }"))`),
      server(asked),
    );
    expect(asked[0]).toContain('"persistedQuery":{"sha256Hash":"');
    expect(asked[1]).toContain('"operationName":"Theirs"');
  });
});

describe('credentials in a text', () => {
  it('are found once each, with their place, and are not shown', async () => {
    const key = `ghp_${'a1B2'.repeat(9)}`;
    const lines = await printed(
      main(`
  const text = "x = 1\\n+  token: \\"${key}\\"\\npassword = 'hunter2-hunter2' # and sk-ant-" + "api03-abcdefgh12345678"
  const found = secret_scan(text)
  println(found.map({ f -> [f.detector, f.line, f.column_start, substring(text, f.start_offset, 4)] }))
  println(contains(json_stringify(found), "${key}"))
  println([len(secret_scan("password = 'short'; secret: \\"<your-secret-123>\\"; sk-and-so-on; AKIA")), len(found[0].fingerprint)])`),
    );
    expect(lines).toEqual([
      '[[github-token, 2, 12, ghp_], [assigned-secret, 3, 13, hunt], [anthropic-key, 3, 36, sk-a]]',
      'false',
      '[0, 16]',
    ]);
  });
});
