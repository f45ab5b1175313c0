// A stdio server whose only tool is named after the content of a file, and that says when the file has changed:
//
//   node changing.mjs FILE
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';

const file = process.argv[2];
const read = () => readFileSync(file, 'utf8').trim();
const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

let known = read();
let initialized = false;
setInterval(() => {
  const now = read();
  if (!initialized || now === '' || now === known) return;
  known = now;
  send({ method: 'notifications/tools/list_changed' });
  send({ method: 'notifications/prompts/list_changed' });
}, 20);

const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: { listChanged: true }, prompts: { listChanged: true } },
    serverInfo: { name: 'weir-changing', version: '1.0.0' },
  }),
  ping: () => ({}),
  'tools/list': () => ({ tools: [{ name: `tool-${known}`, inputSchema: { type: 'object' } }] }),
  'prompts/list': () => ({ prompts: [] }),
};

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (method === 'notifications/initialized') initialized = true;
    if (id === undefined) return;
    const answer = answers[method];
    send(answer ? { id, result: answer(params) } : { id, error: { code: -32601, message: `Method not found: ${method}` } });
  })
  .on('close', () => process.exit(0));
