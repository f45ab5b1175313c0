// An MCP server that costs next to nothing, so that what is measured is what stands in front of it. No dependencies.
//
//   node light.mjs stdio [--start-delay MS] [--mark TEXT]     one count for the process; ends with its stdin
//   node light.mjs http [--mark TEXT]                         one count for each session; prints "ready on port N";
//                                                             GET /sessions says how many there are; ends with its stdin
//   node light.mjs modern|sse|websocket|tcp [--mark TEXT]     the same on other wires: protocol version 2026-07-28, HTTP+SSE, a WebSocket or a
//                                                             socket for each session
//
// Tools: echo (message), who, sleep (ms), stubborn (ignores SIGTERM and the end of stdin from then on), grandchildren.
// The mark does nothing: it stands in the list of processes, by which leftovers are found.
import { spawn } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { createServer } from 'node:http';
import { createServer as createSocketServer } from 'node:net';
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

/** One session, a message a line, from one stream to another. */
function lines(input, output) {
  const session = { count: 0 };
  let rest = '';
  input.setEncoding('utf8');
  input.on('data', async (chunk) => {
    const whole = (rest + chunk).split('\n');
    rest = whole.pop();
    for (const line of whole) {
      const message = JSON.parse(line);
      if (message.id !== undefined) output.write(`${text(await answer(message, session))}\n`);
    }
  });
}

const ready = (server) => server.listen(0, '127.0.0.1', () => process.stdout.write(`ready on port ${server.address().port}\n`));

const body = (request) =>
  new Promise((resolve) => {
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => resolve(JSON.parse(Buffer.concat(chunks).toString())));
  });

const listening = (handler) => {
  const server = createServer(handler);
  server.keepAliveTimeout = 600_000; // who pools connections must not be punished for it
  ready(server);
  return server;
};

const replier = (response) => (status, content = '', headers = {}) =>
  response.writeHead(status, { 'Content-Length': Buffer.byteLength(content), ...headers }).end(content);

function http() {
  const sessions = new Map();
  listening(async (request, response) => {
    const reply = replier(response);
    if (request.url === '/sessions') return reply(200, `${sessions.size}`);
    let id = request.headers['mcp-session-id'];
    if (id !== undefined && !sessions.has(id)) return reply(404);
    if (request.method === 'DELETE') return reply(sessions.delete(id) ? 200 : 400);
    if (request.method !== 'POST') return reply(405);
    const message = await body(request);
    const headers = { 'Content-Type': 'application/json' };
    if (message.method === 'initialize') {
      headers['Mcp-Session-Id'] = id = randomUUID();
      sessions.set(id, { count: 0 });
    }
    if (id === undefined) return reply(400);
    if (message.id === undefined) return reply(202);
    reply(200, text(await answer(message, sessions.get(id))), headers);
  });
}

function modern() {
  const version = '2026-07-28';
  const info = { 'io.modelcontextprotocol/serverInfo': { name: 'light', version: '1.0.0' } };
  const session = { count: 0 };
  listening(async (request, response) => {
    const reply = replier(response);
    if (request.method !== 'POST') return reply(405);
    const message = await body(request);
    const headers = { 'Content-Type': 'application/json' };
    if (message.params?._meta?.['io.modelcontextprotocol/protocolVersion'] !== version) {
      const error = { code: -32022, message: 'unsupported version', data: { supported: [version] } };
      return reply(400, text({ id: message.id ?? null, error }), headers);
    }
    if (message.method === 'server/discover') {
      const result = { resultType: 'complete', supportedVersions: [version], capabilities: { tools: {} }, ttlMs: 60_000, cacheScope: 'public', _meta: info };
      return reply(200, text({ id: message.id, result }), headers);
    }
    const answered = await answer(message, session);
    if (answered.result) Object.assign(answered.result, { resultType: 'complete', _meta: info });
    reply(answered.result ? 200 : 404, text(answered), headers);
  });
}

function sse() {
  const sessions = new Map();
  listening(async (request, response) => {
    const id = new URL(request.url, 'http://light').searchParams.get('session');
    if (request.method === 'GET') {
      const fresh = randomUUID();
      sessions.set(fresh, { count: 0, stream: response });
      response.on('close', () => sessions.delete(fresh));
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      return response.write(`event: endpoint\ndata: /messages?session=${fresh}\n\n`);
    }
    const session = sessions.get(id);
    if (!session) return replier(response)(404);
    const message = await body(request);
    replier(response)(202);
    if (message.id !== undefined) session.stream.write(`event: message\ndata: ${text(await answer(message, session))}\n\n`);
  });
}

function tcp() {
  ready(createSocketServer({ noDelay: true }, (socket) => lines(socket.on('error', () => {}), socket)));
}

/** As much of RFC 6455 as a client needs that sends whole, small texts. */
function websocket() {
  const server = listening((_, response) => replier(response)(426));
  server.on('upgrade', (request, socket) => {
    const key = `${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`;
    const accept = createHash('sha1').update(key).digest('base64');
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.write(
      `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${accept}\r\nSec-WebSocket-Protocol: mcp\r\n\r\n`,
    );
    const session = { count: 0 };
    let rest = Buffer.alloc(0);
    socket.on('data', async (chunk) => {
      rest = Buffer.concat([rest, chunk]);
      for (let frame = unmasked(rest); frame; frame = unmasked(rest)) {
        rest = rest.subarray(frame.length);
        if (frame.opcode === 8) return socket.end(Buffer.from([0x88, 0]));
        if (frame.opcode === 9) socket.write(Buffer.from([0x8a, 0]));
        if (frame.opcode !== 1) continue;
        const message = JSON.parse(frame.payload);
        if (message.id !== undefined) socket.write(texted(text(await answer(message, session))));
      }
    });
  });
}

/** The frame that a buffer begins with; undefined while it is not there as a whole. */
function unmasked(buffer) {
  if (buffer.length < 2) return undefined;
  const short = buffer[1] & 0x7f;
  const extended = short === 126 ? 2 : short === 127 ? 8 : 0;
  if (buffer.length < 6 + extended) return undefined;
  const size = extended === 2 ? buffer.readUInt16BE(2) : extended === 8 ? Number(buffer.readBigUInt64BE(2)) : short;
  const from = 6 + extended;
  if (buffer.length < from + size) return undefined;
  const mask = buffer.subarray(from - 4, from);
  const payload = Buffer.from(buffer.subarray(from, from + size));
  for (let i = 0; i < size; i++) payload[i] ^= mask[i % 4];
  return { opcode: buffer[0] & 0x0f, payload: payload.toString(), length: from + size };
}

function texted(message) {
  const payload = Buffer.from(message);
  const head = payload.length < 126 ? Buffer.from([0x81, payload.length]) : Buffer.from([0x81, 126, payload.length >> 8, payload.length & 0xff]);
  return Buffer.concat([head, payload]);
}

await sleep(Number(flags['start-delay']));
({ http, modern, sse, tcp, websocket, stdio: () => lines(process.stdin, process.stdout) })[positionals[0]]();
process.stdin.on('end', () => stubborn || process.exit(0));
process.stdin.resume();
