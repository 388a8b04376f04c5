// A real MCP server for tests, over stdio or (with a first argument `http`) at a port that it prints. Its log is the file that
// MCP_LOG names: one line for each start and each call of a tool that changes something.
import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createMcpHandler, Server } from '@modelcontextprotocol/server';
import { serveStdio } from '@modelcontextprotocol/server/stdio';

/** Writes a line, does what is left to do, and gives the answer. */
function log(line, answer, then = () => undefined) {
  if (process.env.MCP_LOG !== undefined)
    appendFileSync(
      process.env.MCP_LOG,
      `${line}
`,
    );
  then();
  return answer;
}
const text = (value) => ({ content: [{ type: 'text', text: String(value) }] });
const schema = (properties, required = Object.keys(properties)) => ({
  type: 'object',
  properties,
  required,
});
const STRING = { type: 'string' };
const NUMBER = { type: 'number' };
const LOOKS = { readOnlyHint: true };

const TOOLS = {
  echo: [{ message: STRING }, LOOKS, ({ message }) => text(message)],
  add: [{ a: NUMBER, b: NUMBER }, LOOKS, ({ a, b }) => text(a + b)],
  both: [{}, LOOKS, () => ({ content: [text('one').content[0], text('two').content[0]] })],
  nothing: [{}, LOOKS, () => ({ content: [] })],
  fail: [{}, LOOKS, () => ({ ...text('it went wrong'), isError: true })],
  token: [{}, LOOKS, (_, { auth }) => text(auth ?? 'none')],
  key: [{}, {}, (_, { meta }) => text(meta?.['harn/idempotency-key'] ?? 'none')],
  look_and_die: [{}, LOOKS, () => dieOnce() ?? text('looked')],
  note: [{ line: STRING }, {}, ({ line }) => log(line, text(`noted ${line}`))],
  note_and_die: [{ line: STRING }, {}, ({ line }) => log(line, undefined, () => process.exit(3))],
  note_and_hold: [{ line: STRING }, {}, ({ line }) => log(line, new Promise(() => {}))],
  set_and_die: [
    { line: STRING },
    { idempotentHint: true },
    ({ line }) => log(line, text(`set ${line}`), dieOnce),
  ],
};

/** Ends the process the first time; MCP_LOG tells the lives apart. */
function dieOnce() {
  const mark = `${process.env.MCP_LOG}.died`;
  if (existsSync(mark)) return undefined;
  writeFileSync(mark, '');
  process.exit(3);
}

function makeServer(auth) {
  const server = new Server(
    { name: 'fixture', version: '1.2.3', title: 'A fixture' },
    { capabilities: { tools: {}, resources: {}, prompts: {} }, instructions: 'Be kind.' },
  );
  server.setRequestHandler('tools/list', () =>
    log('list', {
      tools: Object.entries(TOOLS).map(([name, [properties, annotations]]) => ({
        name,
        description: `The tool ${name}`,
        inputSchema: schema(properties),
        annotations,
      })),
    }),
  );
  server.setRequestHandler(
    'tools/call',
    ({ params: { name, arguments: args = {}, _meta: meta } }) =>
      TOOLS[name][2](args, { meta, auth }),
  );
  server.setRequestHandler('resources/list', () => ({
    resources: [{ uri: 'docs://readme', name: 'README', mimeType: 'text/plain' }],
  }));
  server.setRequestHandler('resources/templates/list', () => ({
    resourceTemplates: [{ uriTemplate: 'docs://{page}', name: 'Pages' }],
  }));
  server.setRequestHandler('resources/read', ({ params: { uri } }) => ({
    contents: [{ uri, text: `about ${uri}` }],
  }));
  server.setRequestHandler('prompts/list', () => ({
    prompts: [{ name: 'review', arguments: [{ name: 'code', required: true }] }],
  }));
  server.setRequestHandler('prompts/get', ({ params: { arguments: args } }) => ({
    messages: [{ role: 'user', content: { type: 'text', text: `Review ${args.code}` } }],
  }));
  return server;
}

log('start');
if (process.argv[2] === 'http') {
  const wanted = process.env.MCP_TOKEN;
  createServer(async (request, response) => {
    const { authorization } = request.headers;
    if (wanted !== undefined && authorization !== `Bearer ${wanted}`) {
      response.writeHead(401).end();
      return;
    }
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const handler = createMcpHandler(() => makeServer(authorization));
    const answer = await handler.fetch(
      new Request(`http://localhost${request.url}`, {
        method: request.method,
        headers: request.headers,
        ...(chunks.length === 0 ? {} : { body: Buffer.concat(chunks) }),
      }),
    );
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    if (answer.body !== null) for await (const chunk of answer.body) response.write(chunk);
    response.end();
  }).listen(Number(process.env.MCP_PORT ?? 0), '127.0.0.1', function listening() {
    process.stdout.write(`${this.address().port}\n`);
  });
} else {
  serveStdio(() => makeServer());
}
