// Runs the client scenarios of one conformance suite with conformance-client.mjs, so that two runs can be compared:
//
//   node run-client-conformance.mjs --suite 2025-11-25|2026-07-28 [--front URL] [--json FILE]
//
// Each scenario is a server of the suite's own, which judges what reaches it. With --front, the client goes through what stands at the URL that
// FRONT?url=... answers with. Left out: auth/*, since tokens are each hop's own and no gateway passes them on.
// Exit status: 0 when all ran to their end, whatever they found; 1 when one could not; 2 for wrong arguments.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { print, readScenario, save } from './conformance-results.mjs';

const SCENARIOS = {
  '2025-11-25': ['initialize', 'tools_call', 'elicitation-sep1034-client-defaults', 'sse-retry', 'json-schema-2020-12-preservation'],
  '2026-07-28': [
    'tools_call',
    'request-metadata',
    'sep-2322-client-request-state',
    'http-standard-headers',
    'http-custom-headers',
    'http-invalid-tool-headers',
    'json-schema-ref-no-deref',
    'json-schema-2020-12-preservation',
  ],
};
const LIMIT = 120_000;

const here = (path) => fileURLToPath(new URL(path, import.meta.url));

async function runScenario(suite, scenario, front, folder) {
  const child = spawn(
    process.execPath,
    [
      ...['--import', new URL('shim.mjs', import.meta.url).href, here('node_modules/conformance-next/dist/index.js'), 'client'],
      ...['--command', `${process.execPath} ${here('conformance-client.mjs')}`, '--scenario', scenario],
      ...['--spec-version', suite, '--timeout', `${LIMIT}`, '-o', folder],
    ],
    { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'], env: { ...process.env, FRONT: front ?? '' } },
  );
  let printed = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (chunk) => (printed += chunk));
  await once(child, 'close');
  const left = readdirSync(folder).find((name) => name.startsWith(`${scenario}-20`));
  if (!left) throw new Error(`scenario ${scenario} left no result and printed:\n${printed}`);
  return readScenario(join(folder, left, 'checks.json'));
}

const { values } = parseArgs({ options: { suite: { type: 'string' }, front: { type: 'string' }, json: { type: 'string' } } });
if (!Object.hasOwn(SCENARIOS, values.suite ?? '')) {
  console.error(`--suite: one of ${Object.keys(SCENARIOS).join(', ')}`);
  process.exit(2);
}
const folder = mkdtempSync(join(tmpdir(), 'weir-client-conformance-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
try {
  const results = [];
  for (const scenario of SCENARIOS[values.suite]) {
    results.push([scenario, await runScenario(values.suite, scenario, values.front, folder)]);
  }
  print(values.suite, results);
  if (values.json) save(values.suite, results, values.json);
} catch (error) {
  console.error(`suite ${values.suite}: ${error.message}`);
  process.exitCode = 1;
}
