import { connect } from 'node:net';
import { limits } from '../limits.ts';
import type { Evidence } from '../platform/watchdog.ts';
import { type Clock, monotonicMs } from '../ports/clock.ts';
import { HeadendBookError } from './stores/headend-book-error.ts';

const PROBE_SETTING = 'watchdog-probe';
const OPTIONS = 'OPTIONS * RTSP/1.0\r\nCSeq: 1\r\n\r\n';
const WELL = 'RTSP/1.0 200';

/**
 * The book takes a write that reaches the disk, once a minute. A full disk, or a book that another program holds, is told in words
 * elsewhere; starting again would not mend it.
 */
export function bookEvidence(book: { putSetting(name: string, value: string): void }, clock: Clock): Evidence {
  let provenMs = Number.NEGATIVE_INFINITY;
  return {
    name: 'book',
    async check() {
      if (monotonicMs(clock) - provenMs < limits.watchdogProbeMs) return null;
      try {
        book.putSetting(PROBE_SETTING, String(clock.wallMs()));
      } catch (thrown) {
        if (thrown instanceof HeadendBookError && (thrown.code === 'storage-full' || thrown.code === 'book-locked')) return null;
        throw thrown;
      }
      provenMs = monotonicMs(clock);
      return null;
    },
  };
}

/**
 * The RTSP port takes a connection and answers OPTIONS: the kernel alone would accept for a process that stands.
 * @param url where it listens, as this machine reaches it; null while it does not listen yet
 */
export function rtspEvidence(clock: Clock, url: () => Promise<string | null>): Evidence {
  return {
    name: 'rtsp',
    async check() {
      const at = await url();
      return at === null ? null : await askOptions(clock, new URL(at));
    },
  };
}

/** @returns null where it answered well, else words */
function askOptions(clock: Clock, { hostname, port }: URL): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect(Number(port), hostname.replace(/^\[|\]$/g, ''), () => void socket.write(OPTIONS));
    const end = (words: string | null): void => {
      cancel();
      socket.destroy();
      resolve(words);
    };
    const cancel = clock.after(limits.watchdogAnswerMs, () => end(`no answer on port ${port} within ${limits.watchdogAnswerMs} ms`));
    let heard = '';
    socket.on('data', (bytes) => {
      heard += bytes.toString('latin1');
      if (heard.length >= WELL.length) end(heard.startsWith(WELL) ? null : `port ${port} answers ${JSON.stringify(heard.slice(0, 40))}`);
    });
    socket.on('error', (error) => end(error.message));
    socket.on('close', () => end(`port ${port} closed without an answer`));
  });
}
