// Runs one conformance suite against one URL and reports each scenario, so that two runs can be compared:
//
//   node run-conformance.mjs --url URL --suite 0.1.16|2025-11-25|2026-07-28 [--json FILE]
//
// Exit status: 0 when the suite ran to its end, whatever it found; 1 when it could not; 2 for wrong arguments.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { print, readScenario, save } from './conformance-results.mjs';

// What a scenario may take: a fixture that shares two cores with much else answers, but late. The older suite has no such option.
const PATIENCE = ['--timeout', '120000'];
const SUITES = {
  '0.1.16': ['@modelcontextprotocol/conformance', '--suite', 'all'],
  '2025-11-25': ['conformance-next', '--requirements', '2025-11-25', ...PATIENCE],
  '2026-07-28': ['conformance-next', '--requirements', '2026-07-28', ...PATIENCE],
};
const LIMIT = 600_000; // the older suite waits for ever on a stream that never ends; a whole run takes seconds

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

function readArguments() {
  const { values } = parseArgs({
    options: { url: { type: 'string' }, suite: { type: 'string' }, json: { type: 'string' } },
  });
  if (!URL.canParse(values.url)) throw new Error('--url: the URL of an MCP endpoint');
  if (!Object.hasOwn(SUITES, values.suite ?? '')) throw new Error(`--suite: one of ${Object.keys(SUITES).join(', ')}`);
  return values;
}

/** Fails when nobody listens. The suite itself would report that as one failure per scenario, after many retries. */
async function reach(url) {
  const { hostname, port, protocol } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, ''); // an IPv6 address
  const socket = connect({ host, port: port || (protocol === 'https:' ? 443 : 80), timeout: 5000 });
  socket.once('timeout', () => socket.destroy(new Error(`no connection to ${url} within 5 s`)));
  await once(socket, 'connect');
  socket.destroy();
}

/** What the suite printed. Its exit status only repeats what its files say. */
async function runSuite(suite, url, folder) {
  const [name, ...options] = SUITES[suite];
  const main = here(`node_modules/${name}/dist/index.js`);
  const child = spawn(
    process.execPath,
    ['--import', new URL('shim.mjs', import.meta.url).href, main, 'server', '--url', url, ...options, '-o', folder],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const stop = () => child.kill('SIGKILL');
  process.prependOnceListener('exit', stop); // before the folder it writes to is removed
  const limit = setTimeout(stop, LIMIT);
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (printed += chunk));
  }
  const [, signal] = await once(child, 'close');
  clearTimeout(limit);
  process.off('exit', stop);
  if (signal) throw new Error(`the suite did not end by itself (${signal}), it last printed:\n${tail(printed)}`);
  return printed;
}

/** Scenario name → its checks, read from the files that the suite leaves in one folder per scenario. */
function readChecks(folder, printed) {
  const files = new Map();
  for (const name of readdirSync(folder)) {
    const scenario = /^server-(.+)-\d{4}-\d\d-\d\dT[\d-]+Z$/.exec(name)?.[1];
    if (scenario) files.set(scenario, join(folder, name, 'checks.json'));
  }
  const announced = Number(/^Running .* \((\d+) scenarios\)/m.exec(printed)?.[1]);
  const started = [...printed.matchAll(/^=== Running scenario: (\S+) ===$/gm)].map((match) => match[1]);
  if (!announced || started.length !== announced) {
    throw new Error(`the suite ran ${started.length} of ${announced || 'no'} scenarios and printed:\n${tail(printed)}`);
  }
  return started.map((scenario) => [scenario, readScenario(files.get(scenario))]);
}

const tail = (printed) => printed.split('\n').slice(-15).join('\n');

let wanted;
try {
  wanted = readArguments();
} catch (error) {
  console.error(error.message);
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'weir-conformance-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
try {
  await reach(wanted.url);
  const printed = await runSuite(wanted.suite, wanted.url, folder);
  const results = readChecks(folder, printed);
  print(wanted.suite, results);
  if (wanted.json) save(wanted.suite, results, wanted.json);
} catch (error) {
  console.error(`suite ${wanted.suite} against ${wanted.url}: ${error.message}`);
  process.exitCode = 1;
}
