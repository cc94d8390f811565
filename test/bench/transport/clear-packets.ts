// In place of src/platform/srtp.ts, in the two processes of the bench and nowhere else: the same path, and nothing encrypted.
// The tags of the ackpay messages stay. Nothing in the product can choose this: it is put in by a loader (server.ts).

import type * as srtp from '../../../src/platform/srtp.ts';
import { ok } from '../../../src/units/result.ts';
import { rtpBytes, writeRtp } from '../../../src/wire/rtp.ts';

/** Written anew for each packet, as the real one does. */
const room = new Uint8Array(2_048);
const view = new DataView(room.buffer);
/** Of its beginning, by length, made once as the real ones are. */
const views = new Array<Uint8Array | undefined>(room.length + 1).fill(undefined);

function viewOf(bytes: number): Uint8Array {
  const made = views[bytes] ?? room.subarray(0, bytes);
  views[bytes] = made;
  return made;
}

export const createSrtpSender: typeof srtp.createSrtpSender = () => ({
  protectRtp: (packet) => packet,
  protectWritten: (packet) => {
    writeRtp(view, room, packet);
    return viewOf(rtpBytes(packet));
  },
  protectRtcp: (packet) => packet,
});

export const createSrtpReceiver: typeof srtp.createSrtpReceiver = () => ({
  unprotectRtp: (packet) => ok(packet),
  unprotectRtcp: (packet) => ok(packet),
});
