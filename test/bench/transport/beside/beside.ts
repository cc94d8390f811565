import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerPackages } from './peer-packages.ts';
import { COMPARED_LATENCY_MS, ourResidual, srtResidual } from './residual-loss.ts';
import { voucherFigures } from './vouchers.ts';

const STREAM_PACKETS = 500;
const RESIDUAL_PACKETS = 1_500;
/** One way. On the longer path what is sent again is hardly in time. */
const PATHS = [
  { lossShare: 0.01, delayMs: 40 },
  { lossShare: 0.05, delayMs: 40 },
  { lossShare: 0.05, delayMs: 150 },
];
const SEED = 5;

/** What pays or repairs elsewhere, in the same run on the same machine, with what each of them does more. */
export async function beside() {
  const vouchers = voucherFigures();
  const interledger = await streamFigures();
  const residual = await Promise.all(PATHS.map(residualAt));
  return { interledgerStream: interledger, secp256k1Voucher: vouchers, residualLoss: residual, residualNotes };
}

const residualNotes =
  'Same losses and delay for both, both ways, 50 packets/s; ours by box and headend in virtual time, SRT by srt-live-transmit in real time through a proxy. ' +
  'SRT has no bound on repetition and asks again until the latency is over; ours repeats one in ten of what is sent at most (ruling 23), and on a path that loses ' +
  'much sends copies of the last packets along (RFC 2198), which costs as many bytes again. SRT pays for nothing.';

async function residualAt(lossy: (typeof PATHS)[number]) {
  const path = { ...lossy, seed: SEED };
  const ours = await ourResidual(path, RESIDUAL_PACKETS, true);
  const oursWithoutCopies = await ourResidual(path, RESIDUAL_PACKETS, false);
  const srt = await srtResidual(path, RESIDUAL_PACKETS, COMPARED_LATENCY_MS);
  return { ...lossy, latencyMs: COMPARED_LATENCY_MS, ours, oursWithoutCopies, srt };
}

async function streamFigures(): Promise<object> {
  const packages = peerPackages();
  if ('missing' in packages) return packages;
  const child = fork(new URL('stream-payments.ts', import.meta.url), [join(tmpdir(), 'ackbox-bench-peers'), String(STREAM_PACKETS)]);
  const figures = await Promise.race([once(child, 'message'), once(child, 'exit').then(() => null)]);
  if (figures === null) return { missing: 'ilp-protocol-stream ended without a figure' };
  const notes =
    'Both ends and a connector in one process, real cryptography, no network, no settlement, no store. Does more: payments across currencies and connectors that the two need not trust, by paths; ours is between two who have a contract.';
  return { ...(figures[0] as object), notes };
}
