import { spawn } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { isIPv6 } from 'node:net';
import { limits } from '../../limits.ts';
import type { Clock } from '../../ports/clock.ts';
import { monotonicMs } from '../../ports/clock.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** Where a channel comes in. */
export interface ChannelInput {
  readonly kind: 'udp' | 'srt';
  readonly host: string;
  readonly port: number;
}

export interface InputHooks {
  readonly clock: Clock;
  readonly onBytes: (bytes: Uint8Array) => void;
  /** It can not be listened there just now; it is tried again. */
  readonly onTrouble: (reason: string) => void;
}

/** Reads `udp://0.0.0.0:5007` or `srt://0.0.0.0:9007`; a multicast address is joined. Errors: `bad-input`. */
export function parseInput(text: string): Result<ChannelInput, Fault<'bad-input'>> {
  const match = /^(udp|srt):\/\/(\[[0-9a-fA-F:]{2,45}\]|[0-9A-Za-z.-]{1,253}):([0-9]{1,5})$/.exec(text);
  const port = Number(match?.[3]);
  if (match === null || port < 1 || port > 65_535)
    return fault('bad-input', `An input is udp://ADDRESS:PORT or srt://ADDRESS:PORT, where the headend listens, not ${JSON.stringify(text)}.`);
  return ok({ kind: match[1] as ChannelInput['kind'], host: (match[2] ?? '').replace(/^\[|\]$/g, ''), port });
}

/** Listens until it is closed, and tries again where it can not. */
export function openInput(input: ChannelInput, hooks: InputHooks): () => void {
  let close = (): void => {};
  let cancelRetry = (): void => {};
  const open = (): void => {
    close = (input.kind === 'udp' ? listenUdp : listenSrt)(input, hooks, (reason) => {
      hooks.onTrouble(reason);
      cancelRetry = hooks.clock.after(limits.channelRestartMs, open);
    });
  };
  open();
  return () => {
    cancelRetry();
    close();
  };
}

/** One sender at a time: a stranger's datagrams must not fall between those of the channel. */
function listenUdp({ host, port }: ChannelInput, { clock, onBytes }: InputHooks, gone: (reason: string) => void): () => void {
  const socket = createSocket({ type: isIPv6(host) ? 'udp6' : 'udp4', reuseAddr: isMulticast(host) });
  let sender = '';
  let heardMs = Number.NEGATIVE_INFINITY;
  let over = false;
  socket.on('message', (bytes, from) => {
    const nowMs = monotonicMs(clock);
    const name = `${from.address} ${from.port}`;
    if (name !== sender && nowMs - heardMs < limits.channelSilenceMs) return;
    sender = name;
    heardMs = nowMs;
    onBytes(bytes);
  });
  socket.on('error', (error) => {
    socket.close();
    if (!over) gone(error.message);
    over = true;
  });
  socket.bind(port, host, () => {
    if (isMulticast(host)) socket.addMembership(host);
  });
  return () => {
    if (!over) socket.close();
    over = true;
  };
}

/** ffmpeg listens: Node has no SRT. What it hands on is the same stream, not encoded anew. */
function listenSrt({ host, port }: ChannelInput, { onBytes }: InputHooks, gone: (reason: string) => void): () => void {
  const address = `srt://${isIPv6(host) ? `[${host}]` : host}:${port}?mode=listener`;
  const quiet = ['-hide_banner', '-loglevel', 'error', '-nostdin', '-fflags', 'nobuffer'];
  const copy = ['-map', '0:v:0?', '-map', '0:a?', '-map', '0:s?', '-c', 'copy', '-f', 'mpegts', '-pcr_period', '40', 'pipe:1'];
  const child = spawn('ffmpeg', [...quiet, '-protocol_whitelist', 'srt,udp,pipe', '-f', 'mpegts', '-i', address, ...copy], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let words = '';
  let over = false;
  const end = (reason: string): void => {
    if (!over) gone(reason);
    over = true;
  };
  child.stdout.on('data', (bytes: Buffer) => onBytes(bytes));
  child.stderr.on('data', (text: Buffer) => {
    words = `${words}${text.toString('utf8')}`.slice(-300);
  });
  child.on('error', (error) => end(`ffmpeg, which listens for SRT, can not be started: ${error.message}`));
  child.on('close', () => end(words.trim().split('\n')[0] ?? ''));
  return () => {
    over = true;
    child.kill();
  };
}

function isMulticast(host: string): boolean {
  return isIPv6(host) ? /^ff/i.test(host) : /^2(2[4-9]|3[0-9])\./.test(host);
}
