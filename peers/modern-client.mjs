// A client on the official TypeScript SDK that speaks protocol version 2026-07-28 and no other:
//
//   node modern-client.mjs URL               of a fixture (see fixture.mjs); prints what it saw, one line each
//   node modern-client.mjs stdio COMMAND …   the same over standard input and output of a program
import { Client, StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { StdioClientTransport } from '@modelcontextprotocol/client/stdio';

const client = new Client(
  { name: 'weir-modern-client', version: '1.0.0' },
  {
    capabilities: { elicitation: {}, sampling: {}, roots: {} },
    versionNegotiation: { mode: { pin: '2026-07-28' } },
  },
);
client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: { name: 'Ada' } }));
client.setRequestHandler('sampling/createMessage', () => ({
  role: 'assistant',
  model: 'none',
  content: { type: 'text', text: 'Paris' },
}));
client.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///ada' }] }));

const say = (what, value) => process.stdout.write(`${what}: ${JSON.stringify(value)}\n`);
const text = async (name, args = {}, options) =>
  (await client.callTool({ name, arguments: args }, options)).content[0].text;

const [where, command, ...args] = process.argv.slice(2);
await client.connect(
  where === 'stdio'
    ? new StdioClientTransport({ command, args })
    : new StreamableHTTPClientTransport(new URL(where)),
);
say('version', client.getNegotiatedProtocolVersion());
say('server', client.getServerVersion()?.name);
say('tools', (await client.listTools()).tools.some(({ name }) => name === 'echo'));
say('echo', await text('echo', { message: 'hello' }));
let progress = 0;
say('call', await text('test_tool_with_progress', {}, { onprogress: () => void progress++ }));
// Of three. The SDK forgets the token with the answer, before it hands over what came in the same read.
say('progress', progress >= 2);
say('elicitation', await text('test_input_required_result_elicitation'));
say('sampling', await text('test_input_required_result_sampling'));
say('roots', await text('test_input_required_result_list_roots'));
say('several', await text('test_input_required_result_multiple_inputs'));
say('resource', (await client.readResource({ uri: 'test://static-text' })).contents[0].text);
say('prompts', (await client.listPrompts()).prompts.length > 0);
const missing = await client.readResource({ uri: 'test://no-such-thing' }).catch((error) => error);
say('missing', missing.code);
await client.close();
