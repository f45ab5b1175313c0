// A server that offers everything the conformance suites ask for, on the official TypeScript SDK:
//
//   node fixture.mjs http     listens on 127.0.0.1:$PORT (0 or unset: any free port), prints "listening URL" when ready
//   node fixture.mjs legacy   the same, for clients with sessions alone
//   node fixture.mjs modern   the same, for clients of 2026-07-28 alone
//   node fixture.mjs stdio    the same tools, prompts and resources over stdin and stdout
//   node fixture.mjs modern-stdio   the same, for clients of 2026-07-28 alone
//
// No signal handlers on purpose: SIGTERM ends the process at once, whatever streams are open.
import { serveStdio } from '@modelcontextprotocol/server/stdio';
import { listen } from './fixture/http.mjs';
import { createServer } from './fixture/server.mjs';

const mode = process.argv[2];
if (mode === 'http' || mode === 'legacy' || mode === 'modern') {
  const url = await listen(Number(process.env.PORT ?? 0), mode);
  process.stdout.write(`listening ${url}\n`);
} else if (mode === 'stdio') {
  serveStdio(() => createServer());
} else if (mode === 'modern-stdio') {
  serveStdio(() => createServer(), { legacy: 'reject' });
} else {
  process.stderr.write('usage: node fixture.mjs http|legacy|modern|stdio|modern-stdio\n');
  process.exitCode = 2;
}
