import type { Socket } from 'node:net';
import { Transform } from 'node:stream';

/** Longest line that anybody says to a gateway. */
const LINE_BYTES = 65_536;
const NEWLINE = 0x0a;

/** What comes from a socket, as long as its lines are bounded: a line without an end ends the connection and fills no memory. */
export function boundLines(socket: Socket): Transform {
  let begun = 0;
  const bounded = new Transform({
    transform(chunk: Buffer, _encoding, done) {
      const first = chunk.indexOf(NEWLINE);
      begun = first < 0 ? begun + chunk.length : chunk.length - chunk.lastIndexOf(NEWLINE) - 1;
      if (begun <= LINE_BYTES) return done(null, chunk);
      socket.destroy();
      done();
    },
  });
  socket.once('close', () => bounded.end());
  return socket.pipe(bounded);
}
