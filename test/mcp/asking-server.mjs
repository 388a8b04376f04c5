// A server over stdio that asks its client for what it was not offered: its tool tells what the client said. By hand, because
// libraries do not send what a client has not advertised.
import { createInterface } from 'node:readline';

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const ASKS = ['sampling/createMessage', 'elicitation/create', 'roots/list'];
let [call, said, offered] = [undefined, [], undefined];

createInterface({ input: process.stdin }).on('line', (line) => {
  const { id, method, params, error, result } = JSON.parse(line);
  if (method === 'initialize') {
    offered = params.capabilities;
    const serverInfo = { name: 'asking', version: '1' };
    const { protocolVersion } = params;
    send({ id, result: { protocolVersion, capabilities: { tools: {} }, serverInfo } });
  } else if (method === 'tools/list') {
    send({ id, result: { tools: [{ name: 'ask', inputSchema: { type: 'object' } }] } });
  } else if (method === 'tools/call') {
    call = id;
    for (const asked of ASKS)
      send({ id: asked, method: asked, params: { messages: [], maxTokens: 1 } });
  } else if (ASKS.includes(id)) {
    said.push(`${id}: ${error?.code ?? JSON.stringify(result)}`);
    if (said.length < ASKS.length) return;
    const text = [JSON.stringify(offered), ...said].join('\n');
    send({ id: call, result: { content: [{ type: 'text', text }] } });
  }
});
