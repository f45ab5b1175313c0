// An MCP server that costs next to nothing, so that what is measured is what stands in front of it. No dependencies.
//
//   node light.mjs stdio [--start-delay MS] [--mark TEXT]     one count for the process; ends with its stdin
//   node light.mjs http [--mark TEXT]                         one count for each session; prints "ready on port N";
//                                                             GET /sessions says how many there are; ends with its stdin
//
// Tools: echo (message), who, sleep (ms), stubborn (ignores SIGTERM and the end of stdin from then on), grandchildren.
// The mark does nothing: it stands in the list of processes, by which leftovers are found.
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: flags, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'start-delay': { type: 'string', default: '0' }, mark: { type: 'string', default: '' } },
});

// Nothing outlives a measurement for long, whatever becomes of the measurement.
const LIFETIME_SECONDS = 7_200;
let stubborn = false;

const tools = {
  echo: ({ message }) => `Echo: ${message}`,
  who: (_, session) => JSON.stringify({ pid: process.pid, count: ++session.count }),
  sleep: ({ ms = 0 }) => sleep(ms, 'slept'),
  stubborn() {
    stubborn = true;
    process.on('SIGTERM', () => {});
    setTimeout(() => process.exit(1), LIFETIME_SECONDS * 1_000);
    return 'stubborn';
  },
  grandchildren() {
    const script = 'trap "" TERM; sleep 60 & exec sleep 60';
    spawn('sh', ['-c', script], { stdio: 'ignore', env: { ...process.env, WEIR_BENCH_SERVER: flags.mark } });
    return 'grandchildren';
  },
};

async function answer({ id, method, params }, session) {
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'light', version: '1.0.0' };
      return { id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } };
    }
    case 'ping':
      return { id, result: {} };
    case 'tools/list':
      return { id, result: { tools: Object.keys(tools).map((name) => ({ name, inputSchema: { type: 'object' } })) } };
    case 'tools/call': {
      if (!Object.hasOwn(tools, params.name)) return { id, error: { code: -32602, message: `no tool ${params.name}` } };
      const text = await tools[params.name](params.arguments ?? {}, session);
      return { id, result: { content: [{ type: 'text', text }] } };
    }
    default:
      return { id, error: { code: -32601, message: `Method not found: ${method}` } };
  }
}

const text = (message) => JSON.stringify({ jsonrpc: '2.0', ...message });

function stdio() {
  const session = { count: 0 };
  let rest = '';
  process.stdin.setEncoding('utf8');
  process.stdin.on('data', async (chunk) => {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop();
    for (const line of lines) {
      const message = JSON.parse(line);
      if (message.id !== undefined) process.stdout.write(`${text(await answer(message, session))}\n`);
    }
  });
}

function http() {
  const sessions = new Map();
  const server = createServer((request, response) => {
    const reply = (status, body = '', headers = {}) =>
      response.writeHead(status, { 'Content-Length': Buffer.byteLength(body), ...headers }).end(body);
    if (request.url === '/sessions') return reply(200, `${sessions.size}`);
    let id = request.headers['mcp-session-id'];
    if (id !== undefined && !sessions.has(id)) return reply(404);
    if (request.method === 'DELETE') return reply(sessions.delete(id) ? 200 : 400);
    if (request.method !== 'POST') return reply(405);
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', async () => {
      const message = JSON.parse(Buffer.concat(chunks).toString());
      const headers = { 'Content-Type': 'application/json' };
      if (message.method === 'initialize') {
        headers['Mcp-Session-Id'] = id = randomUUID();
        sessions.set(id, { count: 0 });
      }
      if (id === undefined) return reply(400);
      if (message.id === undefined) return reply(202);
      reply(200, text(await answer(message, sessions.get(id))), headers);
    });
  });
  server.keepAliveTimeout = 600_000; // who pools connections must not be punished for it
  server.listen(0, '127.0.0.1', () => process.stdout.write(`ready on port ${server.address().port}\n`));
}

await sleep(Number(flags['start-delay']));
positionals[0] === 'http' ? http() : stdio();
process.stdin.on('end', () => stubborn || process.exit(0));
process.stdin.resume();
