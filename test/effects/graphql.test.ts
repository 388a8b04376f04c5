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
