// Preload for the conformance suites on Node 20: node --import ./shim.mjs …
//
// Both suites import `globSync` from 'fs', which exists from Node 22 on, so on Node 20 they fail before their first
// line. Only their `tier-check` command calls it, and we never run that. A named import is checked when modules are
// linked and built-in modules cannot be given new names, so 'fs' is swapped for a wrapper, for the suites alone.
import fs from 'node:fs';
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';

const SUITES = /\/node_modules\/(@modelcontextprotocol\/conformance|conformance-next)\//;

const WRAPPER = `data:text/javascript,${encodeURIComponent(`
  export * from 'node:fs';
  export { default } from 'node:fs';
  export function globSync() { throw new Error('fs.globSync needs Node 22'); }
`)}`;

// Node loads this same file a second time on its hooks thread, which must not register again.
if (isMainThread && !('globSync' in fs)) register(import.meta.url);

export function resolve(specifier, context, next) {
  const wanted = specifier === 'fs' && SUITES.test(context.parentURL ?? '');
  return wanted ? { url: WRAPPER, shortCircuit: true } : next(specifier, context);
}
