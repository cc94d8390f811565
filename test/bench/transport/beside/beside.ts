import { fork } from 'node:child_process';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { peerPackages } from './peer-packages.ts';
import { COMPARED_LATENCY_MS, ourResidual, srtResidual } from './residual-loss.ts';
import { voucherFigures } from './vouchers.ts';

const STREAM_PACKETS = 500;
const RESIDUAL_PACKETS = 1_500;
const DELAY_MS = 40;
const LOSS_SHARES = [0.01, 0.05];
const SEED = 5;

/** What pays or repairs elsewhere, in the same run on the same machine, with what each of them does more. */
export async function beside() {
  const vouchers = voucherFigures();
  const interledger = await streamFigures();
  const residual = await Promise.all(LOSS_SHARES.map(residualAt));
  return { interledgerStream: interledger, secp256k1Voucher: vouchers, residualLoss: residual, residualNotes };
}

const residualNotes =
  'Same losses and delay for both, both ways, 50 packets/s; ours by box and headend in virtual time, SRT by srt-live-transmit in real time through a proxy. ' +
  'SRT repairs more: it has no bound on repetition, ours is one in ten of what is sent (ruling 23), and asks again until the latency is over. It pays for nothing.';

async function residualAt(lossShare: number) {
  const path = { lossShare, delayMs: DELAY_MS, seed: SEED };
  const ours = await ourResidual(path, RESIDUAL_PACKETS);
  const srt = await srtResidual(path, RESIDUAL_PACKETS, COMPARED_LATENCY_MS);
  return { lossShare, delayMs: DELAY_MS, latencyMs: COMPARED_LATENCY_MS, ours, srt };
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
