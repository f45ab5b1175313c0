// What the conformance suites leave behind, read, printed and saved in one way for servers and clients.
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';

/** The checks of one scenario, from the file that the suite leaves. */
export function readScenario(file) {
  try {
    return JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    // A scenario that threw, or took too long, leaves no file.
    return [{ id: 'scenario', status: 'FAILURE', errorMessage: 'the scenario itself broke off' }];
  }
}

function summarize(checks) {
  const count = (...states) => checks.filter((check) => states.includes(check.status)).length;
  return { passed: count('SUCCESS'), failed: count('FAILURE'), warnings: count('WARNING', 'SKIPPED') };
}

/** A table, with what went wrong. `results` has pairs of a name and its checks. */
export function print(suite, results) {
  const total = { passed: 0, failed: 0, warnings: 0 };
  const row = (name, { passed, failed, warnings }) =>
    console.log(`${name.padEnd(48)}${`${passed}`.padStart(7)}${`${failed}`.padStart(7)}${`${warnings}`.padStart(9)}`);
  console.log(`${suite.padEnd(48)} passed failed warnings`);
  for (const [name, checks] of results) {
    const summary = summarize(checks);
    for (const key of Object.keys(total)) total[key] += summary[key];
    row(name, summary);
    const wrong = checks.filter(({ status }) => status === 'FAILURE' || status === 'WARNING');
    for (const { id, status, errorMessage } of wrong) console.log(`    ${status.toLowerCase()} ${id}: ${errorMessage}`);
  }
  const clean = results.filter(([, checks]) => summarize(checks).failed === 0).length;
  row(`${clean} of ${results.length} scenarios without a failure`, total);
}

/** The counts of each scenario as JSON. */
export function save(suite, results, file) {
  const scenarios = Object.fromEntries(results.map(([name, checks]) => [name, summarize(checks)]));
  writeFileSync(resolve(file), `${JSON.stringify({ suite, scenarios }, null, 2)}\n`);
}
