import { readFile } from 'node:fs/promises';
import type { Duplex } from 'node:stream';
import { sha256Hex } from '../../src/platform/crypto/digest.ts';
import type { Clock } from '../../src/ports/clock.ts';
import { XmodemSender, type XmodemStep } from '../../src/wire/xmodem.ts';
import type { SentFile } from '../session/box-view.ts';

/** Time to find the receiver's menu, then to answer a block. */
const BLOCK_WAIT_MS = 10_000;
/** Ctrl-X: two of it end a transfer. */
const CANCEL = 0x18;
const BASE64_COLUMNS = 76;
/** So many lines at a time: a slow line takes them before the next are made. */
const LINES_AT_A_TIME = 64;

/** Sends a file of the box over a console's line. @returns what became of it, in one sentence */
export async function sendFile(line: Duplex, { path, name, by }: SentFile, clock: Clock): Promise<string> {
  const bytes = await readFile(path);
  const head = `${name} ${bytes.length} ${sha256Hex(bytes)}`;
  if (by === 'base64') return await sendBase64(line, head, bytes);
  await put(line, `-----XMODEM ${head}-----\r\nStart an XMODEM-CRC receiver (rx -c; in picocom Ctrl-A Ctrl-R); Ctrl-X twice ends this.\r\n`);
  return await sendXmodem(line, bytes, clock);
}

/** For a terminal that only copies text: the markers say name, size and SHA-256, and `base64 -d` makes the file. */
async function sendBase64(line: Duplex, head: string, bytes: Buffer): Promise<string> {
  const text = bytes.toString('base64');
  const lines = text.match(new RegExp(`.{1,${BASE64_COLUMNS}}`, 'g')) ?? [];
  await put(line, `-----BEGIN ${head}-----\r\n`);
  for (let from = 0; from < lines.length; from += LINES_AT_A_TIME)
    await put(
      line,
      lines
        .slice(from, from + LINES_AT_A_TIME)
        .join('\r\n')
        .concat('\r\n'),
    );
  await put(line, `-----END ${head}-----\r\n`);
  return `${bytes.length} bytes were sent.`;
}

function sendXmodem(line: Duplex, bytes: Buffer, clock: Clock): Promise<string> {
  const sender = new XmodemSender(bytes);
  const words = { done: `${bytes.length} bytes were received.`, cancelled: 'The receiver ended it.', failed: 'No receiver answered.' };
  return new Promise((resolve) => {
    let cancel = (): void => {};
    const take = ({ send, end }: XmodemStep): void => {
      if (send.length > 0) line.write(send);
      cancel();
      if (end === null) {
        cancel = clock.after(BLOCK_WAIT_MS, () => take(sender.overdue()));
        return;
      }
      line.off('data', hear);
      resolve(words[end]);
    };
    const hear = (heard: Buffer): void => {
      // A receiver that waited long has asked more than once: one block is the answer to all of it.
      for (const byte of heard.filter((each, index) => each !== heard[index - 1] || each === CANCEL)) {
        const step = sender.hear(byte);
        if (step.send.length > 0 || step.end !== null) take(step);
        if (step.end !== null) return;
      }
    };
    // Whoever took the line from its reader has stopped it.
    line.on('data', hear).resume();
    cancel = clock.after(BLOCK_WAIT_MS, () => take(sender.overdue()));
  });
}

/** Resolves when the line has taken it. */
function put(line: Duplex, text: string): Promise<void> {
  return new Promise((resolve) => void line.write(text, () => resolve()));
}
