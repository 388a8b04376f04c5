// Examples of builtins: websockets.
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
};
