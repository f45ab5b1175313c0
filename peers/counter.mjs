// A stdio server that remembers: it counts in its process, so a count shows who shares a process with whom.
// Hand-written and without dependencies, because tests start it hundreds of times; it also misbehaves on request.
//
//   node counter.mjs [--ignore-term] [--slow-start MS] [--exit] [--noise]
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values: flags } = parseArgs({
  options: {
    'ignore-term': { type: 'boolean' }, // survives SIGTERM and the end of stdin; only SIGKILL ends it
    'slow-start': { type: 'string', default: '0' }, // milliseconds before stdin is read
    exit: { type: 'boolean' }, // fails to start
    noise: { type: 'boolean' }, // greets on stdout, which belongs to the protocol
  },
});

let count = 0;
let asked = 0;
const running = new Map(); // id of a call in progress → its AbortController
const waiting = new Map(); // id of a request of ours → what to do with the client's answer

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

// Ours count from 1, as most clients' do: whoever mixes up the two directions gets the wrong answer here.
function ask(method, params) {
  const id = ++asked;
  send({ id, method, params });
  return new Promise((resolve) => waiting.set(id, resolve));
}

const tools = {
  incr: () => JSON.stringify({ count: ++count, pid: process.pid }),

  async sleep({ ms = 0 }, { signal, progressToken }) {
    const started = performance.now();
    const tell = () => {
      const progress = Math.round(performance.now() - started);
      send({ method: 'notifications/progress', params: { progressToken, progress, total: ms } });
    };
    const ticks = progressToken === undefined ? undefined : setInterval(tell, 100);
    await sleep(ms, undefined, { signal }).finally(() => clearInterval(ticks));
    return 'slept';
  },

  die: () => process.exit(3),

  rubbish() {
    process.stdout.write('this is not JSON\n{"neither": is this\n');
    return 'done';
  },

  big: ({ bytes = 0 }) => 'x'.repeat(bytes),

  async ask() {
    const messages = [{ role: 'user', content: { type: 'text', text: 'Who is there?' } }];
    const { result, error } = await ask('sampling/createMessage', { messages, maxTokens: 100 });
    if (error) throw new Error(error.message);
    return result.content.text;
  },

  async grandchild() {
    const sleeper = spawn('sleep', ['1000'], { stdio: 'ignore' });
    // An ignored signal stays ignored over exec. The echo says that the trap is set, before anybody tries it.
    const stubborn = spawn('sh', ['-c', 'trap "" TERM; echo; exec sleep 1000 >/dev/null'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    await once(stubborn.stdout, 'data');
    return JSON.stringify({ sleeper: sleeper.pid, stubborn: stubborn.pid });
  },

  stderr() {
    process.stderr.write(`a line on stderr from ${process.pid}\n`);
    return 'done';
  },

  env: ({ name }) => process.env[name] ?? '',
};

const ARGUMENTS = {
  sleep: { ms: { type: 'integer' } },
  big: { bytes: { type: 'integer' } },
  env: { name: { type: 'string' } },
};
const describe = (name) => ({
  name,
  description: `See counter.mjs, ${name}`,
  inputSchema: { type: 'object', properties: ARGUMENTS[name] ?? {} },
});

async function call(id, { name, arguments: args = {}, _meta }) {
  if (!Object.hasOwn(tools, name)) return send({ id, error: { code: -32602, message: `Unknown tool: ${name}` } });
  const controller = new AbortController();
  running.set(id, controller);
  try {
    const text = await tools[name](args, { signal: controller.signal, progressToken: _meta?.progressToken });
    if (!controller.signal.aborted) send({ id, result: { content: [{ type: 'text', text }] } });
  } catch (error) {
    if (controller.signal.aborted) return; // a cancelled call gets no answer
    send({ id, result: { content: [{ type: 'text', text: error.message }], isError: true } });
  } finally {
    running.delete(id);
  }
}

function receive({ id, method, params, result, error }) {
  switch (method) {
    case undefined: // an answer to a request of ours
      waiting.get(id)?.({ result, error });
      return waiting.delete(id);
    case 'initialize': {
      const serverInfo = { name: 'weir-counter', version: '1.0.0' };
      return send({ id, result: { protocolVersion: params.protocolVersion, capabilities: { tools: {} }, serverInfo } });
    }
    case 'ping':
      return send({ id, result: {} });
    case 'tools/list':
      return send({ id, result: { tools: Object.keys(tools).map(describe) } });
    case 'tools/call':
      return call(id, params);
    case 'notifications/cancelled':
      return running.get(params.requestId)?.abort();
    default:
      if (id !== undefined) send({ id, error: { code: -32601, message: `Method not found: ${method}` } });
  }
}

if (flags.exit) {
  process.stderr.write('counter: refusing to start, as asked\n');
  process.exit(1);
}
if (flags['ignore-term']) {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 60_000); // something to live for after stdin has ended
}
await sleep(Number(flags['slow-start']));
if (flags.noise) process.stdout.write('Welcome to the counter!\n');

// Split by hand: readline also breaks lines at U+2028, which JSON may contain as it is. A line that is not JSON kills
// the process, so that a client's mistake is noticed.
let rest = '';
process.stdin.setEncoding('utf8');
process.stdin.on('data', (chunk) => {
  const lines = (rest + chunk).split('\n');
  rest = lines.pop();
  for (const line of lines) if (line.trim()) receive(JSON.parse(line));
});
process.stdin.on('end', () => {
  if (!flags['ignore-term']) process.exit(0);
});
