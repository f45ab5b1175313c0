// A stdio server that answers every call with the error that its arguments name, and reads with what the URI names:
//
//   tools/call { name: "any", arguments: { code: -32050, message: "text", data: {…} } }
//   resources/read { uri: "error:-32002" }
import { createInterface } from 'node:readline';

const send = (message) => process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

function answer(method, params) {
  switch (method) {
    case 'initialize': {
      const serverInfo = { name: 'weir-erring', version: '1.0.0' };
      return { result: { protocolVersion: params.protocolVersion, capabilities: { tools: {}, resources: {} }, serverInfo } };
    }
    case 'tools/call':
      return { error: params.arguments };
    case 'resources/read':
      return { error: { code: Number(params.uri.split(':')[1]), message: 'as asked', data: { uri: params.uri } } };
    default:
      return { error: { code: -32601, message: `Method not found: ${method}` } };
  }
}

createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params } = JSON.parse(line);
    if (id !== undefined) send({ id, ...answer(method, params) });
  })
  .on('close', () => process.exit(0));
