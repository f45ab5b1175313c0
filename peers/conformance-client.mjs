// A client on the official TypeScript SDK (v2), driven by the conformance suites' client scenarios:
//
//   conformance client --command "node conformance-client.mjs" --scenario NAME
//
// The suite appends its server's URL. With FRONT set, that URL is handed to FRONT?url=..., which answers with the URL to use instead: that of a
// gateway in front of the suite's server.
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';

const server = process.argv.at(-1);
const front = process.env.FRONT;
const url = front ? await (await fetch(`${front}?url=${encodeURIComponent(server)}`)).text() : server;
const scenario = process.env.MCP_CONFORMANCE_SCENARIO;
const modern = (process.env.MCP_CONFORMANCE_PROTOCOL_VERSION ?? '') >= '2026-07-28';
const context = JSON.parse(process.env.MCP_CONFORMANCE_CONTEXT ?? '{}');

function argumentsFor({ name }, tools) {
  if (name === 'add_numbers') return { a: 5, b: 3 };
  return name === 'json_schema_echo' ? { schema: tools.find((tool) => tool.name !== name).inputSchema } : {};
}

const client = new Client(
  { name: 'weir-conformance-client', version: '1.0.0' },
  {
    capabilities: { elicitation: { form: { applyDefaults: true } } },
    versionNegotiation: { mode: modern ? { pin: '2026-07-28' } : 'legacy' },
  },
);
client.setRequestHandler('elicitation/create', async () => ({ action: 'accept', content: {} }));
await client.connect(new StreamableHTTPClientTransport(new URL(url)));

const attempt = async (what) => {
  try {
    await what();
  } catch (e) {
    console.error(`${scenario}: ${e}`); // the suite judges what its server saw
  }
};
if (scenario !== 'initialize') {
  const { tools } = await client.listTools();
  const calls = context.toolCalls ?? tools.map((tool) => ({ name: tool.name, arguments: argumentsFor(tool, tools) }));
  for (const call of calls) await attempt(() => client.callTool(call));
  const capable = client.getServerCapabilities() ?? {};
  if (capable.prompts) {
    for (const { name } of (await client.listPrompts()).prompts) await attempt(() => client.getPrompt({ name }));
  }
  if (capable.resources) {
    for (const { uri } of (await client.listResources()).resources) await attempt(() => client.readResource({ uri }));
  }
}
await client.close();
