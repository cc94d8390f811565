import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDeviceIdentity } from '../../device/checkout/device-identity.ts';
import type { EnrolledIdentity } from '../../device/checkout/enrolled-identity.ts';
import { enrol } from '../../device/checkout/enrolment.ts';
import { createHeadendClient } from '../../device/checkout/headend-client.ts';
import { approveByCode } from '../../src/cli/approve-enrolment.ts';
import { type RunningHeadend, startHeadend } from '../../src/headend/headend.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { systemRandom } from '../../src/platform/system-random.ts';
import type { HeadendError } from '../../src/ports/headend-api.ts';
import type { StoredWork } from '../../src/ports/headend-stores.ts';
import type { Signer } from '../../src/ports/signer.ts';

export const silentLog = { info: () => {}, warn: () => {} };

export function scratchFolder(): string {
  return mkdtempSync(join(tmpdir(), 'ackbox-'));
}

export function dropFolders(...folders: readonly string[]): void {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
}

/** A real headend, with its real book, TLS and RTSP, on free ports of this machine. */
export async function headendOn(folder: string, httpPort = 0, sender: 'apart' | 'within' = 'within'): Promise<RunningHeadend> {
  const config = {
    data: folder,
    host: '127.0.0.1',
    httpPort,
    rtspPort: 0,
    rtpPort: 0,
    names: [],
    currency: 'EUR',
    supervised: false,
    sender,
    guestUrl: null,
  } as const;
  const started = await startHeadend(config, { clock: systemClock, random: systemRandom, log: silentLog });
  if (!started.ok) throw new Error(started.error.message);
  return started.value;
}

export interface BoxUnderTest {
  readonly folder: string;
  readonly signer: Signer;
  readonly identity: EnrolledIdentity;
  readonly api: ReturnType<typeof createHeadendClient>;
}

/** The box's side of an enrolment, with the code it shows. */
export function beginEnrolment(url: string, folder: string, options: { readonly showTrouble?: (error: HeadendError) => void } = {}) {
  const signer = openDeviceIdentity(folder);
  if (!signer.ok) throw new Error(signer.error.message);
  const abort = new AbortController();
  const codes: string[] = [];
  let shown = (_code: string): void => {};
  const code = new Promise<string>((resolve) => {
    shown = resolve;
  });
  const enrolled = enrol({
    headendUrl: url,
    folder,
    signer: signer.value,
    name: 'Box under test',
    profile: 'jukebox',
    clock: systemClock,
    random: systemRandom,
    showCode: (text) => {
      codes.push(text);
      shown(text);
    },
    showTrouble: options.showTrouble ?? (() => {}),
    signal: abort.signal,
  });
  return { signer: signer.value, code, codes, enrolled, abort: () => abort.abort() };
}

export async function enrolledBox(headend: RunningHeadend, headendFolder: string, folder: string): Promise<BoxUnderTest> {
  const box = beginEnrolment(headend.url, folder);
  await approveByCode({ url: headend.url, headendFolder, code: await box.code });
  const identity = await box.enrolled;
  if (identity === null) throw new Error('the enrolment was given up');
  const api = createHeadendClient({ identity: () => identity, signer: box.signer, clock: systemClock });
  return { folder, signer: box.signer, identity, api };
}

/** A box that the headend knows already: for tests that need many, more than an address may enrol in a minute. */
export function knownBox({ book, trust, url }: RunningHeadend, folder: string, profile: 'jukebox' | 'set-top' = 'jukebox'): BoxUnderTest {
  const opened = openDeviceIdentity(folder);
  if (!opened.ok) throw new Error(opened.error.message);
  const signer = opened.value;
  const { account, location } = book.defaults();
  const { publicKey } = signer;
  book.putEnrolment({
    devicePublicKey: publicKey,
    nonce: systemRandom.bytes(16),
    name: 'Box under test',
    profile,
    createdAtMs: systemClock.wallMs(),
  });
  const approved = book.approveEnrolment(publicKey, account, location);
  if (!approved.ok) throw new Error(approved.error.message);
  const { outlet, currency } = approved.value;
  const identity = { account, outlet, location, currency, headendPublicKey: trust.signer.publicKey, caPem: trust.caPem, headendUrl: url };
  return { folder, signer, identity, api: createHeadendClient({ identity: () => identity, signer, clock: systemClock }) };
}

/** A work on offer; nothing of it needs to be playable here. */
export function workOnOffer(change: Partial<StoredWork> = {}): StoredWork {
  return {
    id: `w${'1'.repeat(32)}`,
    title: 'Blue Danube',
    artist: 'Strauss',
    album: '',
    genre: '',
    year: 1866,
    durationMs: 120_000,
    channels: 2,
    preSkip: 312,
    totalSamples: 5_760_000,
    packets: 6_000,
    gainDb: 0,
    priceMinor: '50',
    currency: 'EUR',
    free: false,
    cover: null,
    retired: false,
    integratedLufs: null,
    sourceName: 'danube.flac',
    segments: [],
    ...change,
  };
}
