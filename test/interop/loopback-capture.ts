import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { systemClock } from '../../src/platform/system-clock.ts';

/** What tshark saw on the loopback interface of one RTSP port and one pair of RTP ports. */
export interface LoopbackCapture {
  /** One field of every packet that a display filter passes. Only after `stop`. */
  fields(filter: string, field: string): readonly string[];
  stop(): Promise<void>;
  kill(): void;
}

/** Resolves when the capture has seen a datagram: from then on nothing is missed. */
export async function captureOnLoopback(file: string, rtspPort: number, rtpPort: number): Promise<LoopbackCapture> {
  const filter = `tcp port ${rtspPort} or udp port ${rtpPort} or udp port ${rtpPort + 1}`;
  const child = spawn('tshark', ['-i', 'lo', '-f', filter, '-w', file, '-P', '-l'], { stdio: ['ignore', 'pipe', 'ignore'] });
  const probe = createSocket('udp4');
  const cancel = everyTenth(() => probe.send(new Uint8Array(1), rtpPort, '127.0.0.1'));
  await new Promise((resolve) => child.stdout?.once('data', resolve));
  cancel();
  probe.close();
  const as = ['-d', `tcp.port==${rtspPort},rtsp`, '-d', `udp.port==${rtpPort},rtp`, '-d', `udp.port==${rtpPort + 1},rtcp`];
  return {
    fields(display, field) {
      const run = spawnSync('tshark', ['-r', file, ...as, '-Y', display, '-T', 'fields', '-e', field], { encoding: 'utf8' });
      return run.stdout.split('\n').filter((line) => line !== '');
    },
    stop: () => stop(child),
    kill: () => void child.kill(),
  };
}

async function stop(child: ChildProcess): Promise<void> {
  const closed = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGINT');
  await closed;
}

function everyTenth(call: () => void): () => void {
  let cancel = (): void => {};
  const again = (): void => {
    call();
    cancel = systemClock.after(100, again);
  };
  again();
  return () => cancel();
}
