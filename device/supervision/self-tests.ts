import { open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { monotonicMs, sleep } from '../../src/ports/clock.ts';
import type { SelfTest } from './self-test.ts';
import { sound } from './sound-test.ts';

const PROBE_BYTES = 1_048_576;
/** A card that needs longer for a megabyte stalls the book. */
const PROBE_MS_MAX = 3_000;
const CLOCK_LOOK_MS = 1_000;
const CLOCK_DRIFT_MS_MAX = 100;
const BUTTONS_MS = 15_000;
const BUTTONS_POLL_MS = 10;

/** Random bytes, so that no earlier file and no compression answers for the disk. */
const storage: SelfTest = async ({ folder, clock, random }) => {
  const path = join(folder, 'test-probe');
  const block = random.bytes(4_096);
  const bytes = Buffer.concat(Array.from({ length: PROBE_BYTES / block.length }, (_, index) => block.map((byte) => byte ^ (index & 0xff))));
  const file = await open(path, 'w+', 0o600);
  try {
    const beganMs = monotonicMs(clock);
    await file.write(bytes);
    await file.sync();
    const syncedMs = monotonicMs(clock);
    const { buffer } = await file.read(Buffer.alloc(PROBE_BYTES), 0, PROBE_BYTES, 0);
    const writeMs = syncedMs - beganMs;
    const text = `1 MiB written and synced in ${writeMs.toFixed(0)} ms, read in ${(monotonicMs(clock) - syncedMs).toFixed(0)} ms`;
    if (!buffer.equals(bytes)) return { part: 'storage', result: 'FAIL', text: `what was read is not what was written; ${text}: replace the disk` };
    return { part: 'storage', result: writeMs <= PROBE_MS_MAX ? 'PASS' : 'FAIL', text };
  } finally {
    await file.close();
    await rm(path, { force: true });
  }
};

/** A wall clock that somebody vouches for, and that goes as the monotonic one does. */
const wallClock: SelfTest = async ({ clock, wallQuality }) => {
  const began = { wallMs: clock.wallMs(), monotonicMs: monotonicMs(clock) };
  await sleep(clock, CLOCK_LOOK_MS);
  const driftMs = clock.wallMs() - began.wallMs - (monotonicMs(clock) - began.monotonicMs);
  const quality = wallQuality(clock.wallMs());
  const words = { synced: 'set by the network', held: 'plausible, though no network sets it', unset: 'never set: connect the box to its network' }[quality];
  const well = quality !== 'unset' && Math.abs(driftMs) <= CLOCK_DRIFT_MS_MAX;
  return {
    part: 'clock',
    result: well ? 'PASS' : 'FAIL',
    text: `${words}; ${Math.abs(driftMs).toFixed(0)} ms off the monotonic clock after ${CLOCK_LOOK_MS} ms`,
  };
};

/** A request signed with the box's key, answered over pinned TLS: cable, name, certificate, key and headend in one. */
const network: SelfTest = async ({ headend, clock }) => {
  const beganMs = monotonicMs(clock);
  const answer = await headend.licences();
  const tookMs = (monotonicMs(clock) - beganMs).toFixed(0);
  if (!answer.ok) return { part: 'network', result: 'FAIL', text: `${answer.error.message} (${answer.error.problem}, after ${tookMs} ms)` };
  return { part: 'network', result: 'PASS', text: `the headend answered a signed request in ${tookMs} ms` };
};

const acceptor: SelfTest = async ({ hardware }) => {
  const { acceptors } = hardware;
  if (acceptors.length === 0) return { part: 'acceptor', result: 'ABSENT', text: 'none is fitted that says who it is; coin watch measures pulses' };
  const answers = await Promise.all(acceptors.map(async (device) => ({ title: device.title, identity: await device.identify() })));
  const text = answers.map(({ title, identity }) => `${title}: ${identity === null ? 'does not answer' : JSON.stringify(identity.name)}`).join('; ');
  return { part: 'acceptor', result: answers.every(({ identity }) => identity?.expected === true) ? 'PASS' : 'FAIL', text };
};

/** Every key of the board, closed and open again. */
const buttons: SelfTest = async ({ hardware, clock }) => {
  const keysOf = () =>
    (hardware.board?.lines() ?? []).filter(({ direction, purpose, high }) => direction === 'in' && purpose.startsWith('KEY_') && high !== null);
  const purposes = keysOf().map(({ purpose }) => purpose);
  if (purposes.length === 0) return { part: 'buttons', result: 'ABSENT', text: 'no board is there whose lines can be read' };
  const closed = new Set<string>();
  const pressed = new Set<string>();
  const untilMs = monotonicMs(clock) + BUTTONS_MS;
  while (pressed.size < purposes.length && monotonicMs(clock) < untilMs) {
    for (const { purpose, high } of keysOf()) {
      if (high === false) closed.add(purpose);
      else if (closed.has(purpose)) pressed.add(purpose);
    }
    await sleep(clock, BUTTONS_POLL_MS);
  }
  const missing = purposes.filter((purpose) => !pressed.has(purpose));
  if (missing.length === purposes.length) return { part: 'buttons', result: 'FAIL', text: `none was pressed within ${BUTTONS_MS / 1_000} s` };
  if (missing.length > 0) return { part: 'buttons', result: 'FAIL', text: `not pressed and let go: ${missing.join(', ')}` };
  return { part: 'buttons', result: 'PASS', text: `all ${purposes.length} were pressed and let go` };
};

/** Only what it says itself counts: a cable that leads to a television which is deaf to CEC is no television to us. */
const tv: SelfTest = async ({ hardware }) => {
  if (hardware.television === null) return { part: 'tv', result: 'ABSENT', text: 'the box speaks to none (option cec=/dev/cec0)' };
  const power = await hardware.television.power();
  if (power === null) return { part: 'tv', result: 'FAIL', text: 'nobody answers on CEC: is it plugged in, and CEC turned on in its menu?' };
  return { part: 'tv', result: 'PASS', text: `it answers, and says that it is ${power === 'on' ? 'on' : 'asleep'}` };
};

/** As `test all` shows them; they run side by side. */
export const selfTests: Readonly<Record<string, SelfTest>> = { storage, clock: wallClock, network, acceptor, sound, buttons, tv };
