// Preload for servers that listen on $PORT and do not tell which one they got for PORT=0:
//
//   PORT=0 node --import ./on-any-port.mjs SERVER      prints "ready on port N" when it is ready
//
// To look for a free port before the server starts would be a guess: somebody else may take it in between.
import { Server } from 'node:net';

const listen = Server.prototype.listen;
Server.prototype.listen = function (...args) {
  this.once('listening', () => process.stdout.write(`ready on port ${this.address().port}\n`));
  return listen.apply(this, args);
};
