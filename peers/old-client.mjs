// A client of the official SDK over one of its older transports; uses the reference server (server-everything) through a gateway.
//
//   node old-client.mjs sse|websocket URL      prints one line of JSON: what it was told
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { WebSocketClientTransport } from '@modelcontextprotocol/sdk/client/websocket.js';
import { CreateMessageRequestSchema, LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import WebSocket from 'ws';

globalThis.WebSocket ??= WebSocket; // Node has one of its own from 22 on
const [kind, url] = process.argv.slice(2);
const transport = kind === 'sse' ? new SSEClientTransport(new URL(url)) : new WebSocketClientTransport(new URL(url));
const client = new Client({ name: 'old-client', version: '1' }, { capabilities: { sampling: {} } });
client.setRequestHandler(CreateMessageRequestSchema, async () => ({
  role: 'assistant',
  model: 'a-model',
  content: { type: 'text', text: 'the model says 42' },
}));
const logged = new Promise((resolve) =>
  client.setNotificationHandler(LoggingMessageNotificationSchema, (message) => resolve(message.params.level)),
);
const until = async (holds) => {
  while (!(await holds())) await new Promise((resolve) => setTimeout(resolve, 20));
};
const text = (result) => result.content[0].text;
const inFlight = async () => {
  const status = await fetch(new URL('/api/v1/status', url.replace(/^ws/, 'http')));
  return (await status.json()).requestsInFlight;
};

await client.connect(transport);
const said = { server: client.getServerVersion().name };
// The server adds the tools that ask when it has heard what the client can do.
await until(async () => {
  said.tools = (await client.listTools()).tools.map((tool) => tool.name);
  return said.tools.includes('trigger-sampling-request');
});
said.echo = text(await client.callTool({ name: 'echo', arguments: { message: 'grüße ✓' } }));
said.large = text(await client.callTool({ name: 'echo', arguments: { message: 'x'.repeat(200_000) } })).length;
said.progress = [];
await client.callTool({ name: 'trigger-long-running-operation', arguments: { duration: 0.3, steps: 3 } }, undefined, {
  onprogress: (step) => said.progress.push(step.progress),
});
said.answered = text(await client.callTool({ name: 'trigger-sampling-request', arguments: { prompt: 'What is it?' } }));
await client.setLoggingLevel('debug');
await client.callTool({ name: 'toggle-simulated-logging', arguments: {} });
said.logged = await logged;

const giveUp = new AbortController();
const cancelled = client
  .callTool({ name: 'trigger-long-running-operation', arguments: { duration: 600, steps: 2 } }, undefined, {
    signal: giveUp.signal,
  })
  .then(
    () => 'answered',
    () => 'given up',
  );
await until(async () => (await inFlight()) === 1);
giveUp.abort();
said.cancelled = await cancelled;
await until(async () => (await inFlight()) === 0);
said.stillThere = text(await client.callTool({ name: 'echo', arguments: { message: 'after' } }));
await client.close();
process.stdout.write(JSON.stringify(said) + '\n');
process.exit(0);
