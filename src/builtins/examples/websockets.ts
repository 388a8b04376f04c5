// Examples of builtins: websockets. Those of servers listen at the loopback and are their own client.
import type { Examples } from './example.ts';

export const WEBSOCKETS_EXAMPLES: Examples = {
  'net.websocket_connect': {
    source:
      'websocket_mock("wss://a.b/chat", {messages: ["welcome"]})\nconst s = websocket_connect("wss://a.b/chat", {headers: {["X-Room"]: "tea"}})\nprintln(websocket_receive(s).data)',
    prints: 'welcome',
  },
  'net.websocket_send': {
    source:
      'websocket_mock("wss://a.b/", {echo: true})\nconst s = websocket_connect("wss://a.b/")\nwebsocket_send(s, "text")\nwebsocket_send(s, bytes_from_hex("00ff"), {type: "binary"})\nprintln([websocket_receive(s).type, websocket_receive(s).type])',
    prints: '[text, binary]',
  },
  'net.websocket_close': {
    source:
      'websocket_mock("wss://a.b/", {echo: true})\nconst s = websocket_connect("wss://a.b/")\nprintln([websocket_close(s), websocket_close(s)])',
    prints: '[true, false]',
  },
  'net.websocket_server': {
    source:
      'const server = websocket_server("127.0.0.1:0")\nwebsocket_route(server, "/tea")\nconst client = websocket_connect(server.url + "/tea")\nconst guest = websocket_accept(server, 30000)\nwebsocket_send(client, "milk?")\nprintln("${guest.path}: ${websocket_receive(guest.id, 30000).data}")\nwebsocket_server_close(server)',
    prints: '/tea: milk?',
  },
  'net.websocket_route': {
    source:
      'const server = websocket_server()\nwebsocket_route(server, "/tea", {auth: {bearer: "leaf"}})\nconst refused = try { websocket_connect(server.url + "/tea") }\nconst client = websocket_connect(server.url + "/tea", {auth: {bearer: "leaf"}})\nprintln([is_err(refused), websocket_send(client, "hello")])\nwebsocket_server_close(server)',
    prints: '[true, true]',
  },
  'net.websocket_accept': {
    source:
      'const server = websocket_server()\nwebsocket_route(server, "/tea")\nconst client = websocket_connect(server.url + "/tea?kind=green")\nconst guest = websocket_accept(server, 30000)\nprintln(guest.query)\nwebsocket_send(guest.id, "welcome")\nprintln(websocket_receive(client, 30000).data)\nwebsocket_server_close(server)',
    prints: '{kind: green}\nwelcome',
  },
  'net.websocket_server_close': {
    source:
      'const server = websocket_server()\nprintln([websocket_server_close(server), websocket_server_close(server)])',
    prints: '[true, false]',
  },
};
