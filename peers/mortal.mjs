// A stdio server that dies, and whose next life can be told from the one before. It writes each message that it gets
// to a file, one line each, so that a test counts what reached any of its lives.
//
//   node mortal.mjs --heard FILE [--narrow FILE] [--older FILE] [--refuse FILE] [--mute FILE] [--quiet]
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    heard: { type: 'string' }, // where every message is written to
    narrow: { type: 'string' }, // when this file exists, the server declares tools and nothing else
    older: { type: 'string' }, // when this file exists, the server speaks 2025-03-26, whatever it is asked
    refuse: { type: 'string' }, // while this file exists, the server refuses to subscribe to the URI in it
    mute: { type: 'string' }, // while this file exists, the server does not answer resources/subscribe
    quiet: { type: 'boolean' }, // declares no logging
  },
});

let count = 0;
let level = null;
let initialized = false;
let asked = 0;
const subscribed = new Set();
const waiting = new Map(); // id of a request of ours → what to do with the client's answer

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);
const isThere = (file) => file !== undefined && existsSync(file);
const die = () => process.kill(process.pid, 'SIGKILL');

// Dies in the middle of the call in one life, and answers in the next.
const onceMortal = ({ mark }) => {
  if (mark && !existsSync(mark)) {
    writeFileSync(mark, 'was here');
    die();
    return new Promise(() => {});
  }
  return `done in ${process.pid}`;
};

const tools = {
  incr: { run: () => JSON.stringify({ count: ++count, pid: process.pid }) },
  state: { run: () => JSON.stringify({ pid: process.pid, level, initialized, subscribed: [...subscribed] }) },
  act: { run: onceMortal },
  look: { run: onceMortal, annotations: { readOnlyHint: true } },
  set: { run: onceMortal, annotations: { idempotentHint: true, readOnlyHint: false } },
  die: { run: () => new Promise(die) },
  stall: { run: () => new Promise(() => {}) },
  hang: { run: () => new Promise(() => {}), annotations: { readOnlyHint: true } },
  // Hangs until there is the mark, and then says what it was told: in the next life, or at once.
  echo: {
    run: ({ mark, text }) => (existsSync(mark) ? `${text} in ${process.pid}` : new Promise(() => {})),
    annotations: { readOnlyHint: true },
  },
  touch: {
    run: ({ uri }) => {
      if (subscribed.has(uri)) send({ method: 'notifications/resources/updated', params: { uri } });
      return subscribed.has(uri) ? 'told' : 'nobody has subscribed';
    },
  },
  ask: {
    run: () =>
      new Promise((resolve) => {
        const id = ++asked;
        const messages = [{ role: 'user', content: { type: 'text', text: `Who is there, ${process.pid}?` } }];
        waiting.set(id, ({ result }) => resolve(result.content.text));
        send({ id, method: 'sampling/createMessage', params: { messages, maxTokens: 100 } });
      }),
  },
};

function capabilities() {
  if (isThere(flags.narrow)) return { tools: {} };
  const all = { tools: { listChanged: true }, resources: { subscribe: true, listChanged: true } };
  return flags.quiet ? all : { ...all, logging: {} };
}

async function call(id, { name, arguments: args = {} }) {
  if (!Object.hasOwn(tools, name)) return send({ id, error: { code: -32602, message: `Unknown tool: ${name}` } });
  const text = await tools[name].run(args);
  return send({ id, result: { content: [{ type: 'text', text }] } });
}

function receive({ id, method, params, result }) {
  switch (method) {
    case undefined:
      waiting.get(id)?.({ result });
      return waiting.delete(id);
    case 'initialize': {
      const protocolVersion = isThere(flags.older) ? '2025-03-26' : params.protocolVersion;
      const serverInfo = { name: 'weir-mortal', version: '1.0.0' };
      return send({ id, result: { protocolVersion, capabilities: capabilities(), serverInfo } });
    }
    case 'notifications/initialized':
      initialized = true;
      return undefined;
    case 'ping':
      return send({ id, result: {} });
    case 'logging/setLevel':
      level = params.level;
      return send({ id, result: {} });
    case 'resources/subscribe':
      if (isThere(flags.mute)) return undefined;
      if (isThere(flags.refuse) && readFileSync(flags.refuse, 'utf8') === params.uri)
        return send({ id, error: { code: -32602, message: 'no such resource any more' } });
      subscribed.add(params.uri);
      return send({ id, result: {} });
    case 'resources/unsubscribe':
      subscribed.delete(params.uri);
      return send({ id, result: {} });
    case 'tools/list':
      return send({
        id,
        result: {
          tools: Object.entries(tools).map(([name, { annotations }]) => ({
            name,
            inputSchema: { type: 'object' },
            annotations,
          })),
        },
      });
    case 'tools/call':
      return call(id, params);
    default:
      if (id !== undefined) send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
  }
}

let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) {
    if (flags.heard) appendFileSync(flags.heard, `${line}\n`);
    receive(JSON.parse(line));
  }
});
process.stdin.on('end', () => process.exit(0));
