// The reference server (server-everything) over WebSockets, which it does not speak by itself: one socket, one session.
//
//   PORT=0 node --import ./on-any-port.mjs everything-websocket.mjs
import { randomUUID } from 'node:crypto';
import { WebSocketServer } from 'ws';
import { createServer } from './node_modules/@modelcontextprotocol/server-everything/dist/server/index.js';

const listener = new WebSocketServer({
  host: '127.0.0.1',
  port: Number(process.env.PORT ?? 0),
  handleProtocols: (offered) => (offered.has('mcp') ? 'mcp' : false),
});

listener.on('connection', async (socket) => {
  const { server, cleanup } = createServer();
  const transport = {
    async start() {
      socket.on('message', (data) => transport.onmessage?.(JSON.parse(data.toString('utf8'))));
      socket.on('close', () => transport.onclose?.());
    },
    async send(message) {
      socket.send(JSON.stringify(message));
    },
    async close() {
      socket.close();
    },
    sessionId: randomUUID(), // the server keeps what it toggles by it
  };
  server.server.onclose = () => cleanup(transport.sessionId);
  await server.connect(transport);
});
