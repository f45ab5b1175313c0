// A server for tests: each method is one kind of behaviour. Speaks the wire, not the protocol.
import { createInterface } from "node:readline";
import { spawn } from "node:child_process";
import { closeSync } from "node:fs";

const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
const note = (method, params) => send({ method, params });
const answers = new Map();

const methods = {
  echo: (id, params) => send({ id, result: params }),
  // Says that it has the request, and no more.
  silent: (id) => note("notifications/message", { level: "info", data: "holding " + id }),
  big: (id, { size }) => send({ id, result: { text: "ü".repeat(size / 2) } }),
  length: (id, { text }) => send({ id, result: { length: text.length } }),
  exit: (id, { code, lastWords }) => {
    process.stderr.write(lastWords + "\n");
    process.exitCode = code;
    process.stdin.destroy();
  },
  answerAndExit: (id, { size }) => {
    send({ id, result: { text: "x".repeat(size) } });
    process.stdin.destroy();
  },
  rubbish: (id) => {
    process.stdout.write("Listening on stdio\n\n{\"half\": \n");
    send({ id, result: {} });
  },
  flood: (id, { bytes }) => {
    const line = "e".repeat(999) + "\n";
    for (let n = 0; n < bytes; n += 1000) process.stderr.write(line);
    process.stderr.write("the very last line\n", () => send({ id, result: {} }));
  },
  progress: (id, { count, _meta }) => {
    for (let n = 1; n <= count; n++) {
      note("notifications/progress", { progressToken: _meta.progressToken, progress: n });
    }
    send({ id, result: { count } });
  },
  progressAndExit: (id, params) => {
    methods.progress(id, params);
    process.stdin.destroy();
  },
  log: (id) => {
    note("notifications/message", { level: "info", data: "of " + id });
    send({ id, result: {} });
  },
  ask: (id) => {
    answers.set("s-" + id, (answer) => send({ id, result: { heard: answer } }));
    send({ id: "s-" + id, method: "sampling/createMessage", params: {} });
  },
  late: (id, { of }) => {
    send({ id: of, result: { late: true } });
    send({ id, result: {} });
  },
  deaf: (id) => {
    send({ id, result: {} });
    process.stdin.pause();
    setInterval(() => {}, 1000);
  },
  closeOutput: () => {
    closeSync(1);
    setInterval(() => {}, 1000);
  },
  tree: (id) => {
    const stubborn = "process.on('SIGTERM', () => {}); process.stdin.resume(); setInterval(() => {}, 1000); console.log('up')";
    const deep = `require('child_process').spawn(process.execPath, ['-e', ${JSON.stringify(stubborn)}], {stdio: 'inherit'})`;
    const children = [
      spawn(process.execPath, ["-e", deep], { stdio: ["ignore", "pipe", "ignore"] }),
      spawn(process.execPath, ["-e", stubborn], { stdio: ["ignore", "pipe", "ignore"], detached: true }),
    ];
    process.on("SIGTERM", () => {});
    setInterval(() => {}, 1000);
    const up = children.map((c) => new Promise((done) => c.stdout.once("data", done)));
    Promise.all(up).then(() => send({ id, result: { pids: children.map((c) => c.pid) } }));
  },
};

createInterface({ input: process.stdin }).on("line", (line) => {
  const message = JSON.parse(line);
  if (message.method === "notifications/cancelled") {
    note("notifications/message", { level: "info", data: "cancelled " + message.params.requestId });
  } else if (message.method) {
    methods[message.method]?.(message.id, message.params ?? {});
  } else {
    answers.get(message.id)?.(message.result);
  }
});
