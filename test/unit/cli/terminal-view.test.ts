import { describe, expect, it } from 'vitest';
import type { PlayOfBox, ViewOfBox } from '../../../src/cli/box-client.ts';
import { renderTerminal } from '../../../src/cli/terminal-view.ts';

const work = {
  id: 'w1',
  title: 'A title that is far too long to stand on one line of a terminal of eighty columns',
  artist: 'Somebody',
  album: '',
  genre: '',
  year: null,
  durationMs: 94_000,
  channels: 2,
  preSkip: 312,
  totalSamples: 4_512_000,
  packets: 4_700,
  gainDb: 0,
  priceMinor: '50',
  currency: 'EUR',
  free: false,
  cover: null,
};

const play: PlayOfBox = {
  playId: 'p1',
  sid: 'ab',
  workId: 'w1',
  phase: 'paid',
  positionMs: 47_000,
  durationMs: 94_000,
  trialLeftMs: 0,
  creditWindowPackets: 50,
  sentPackets: 2_400,
  ackBase: 2_350,
  acknowledgedPackets: 2_350,
  paidPackets: 2_350,
  unpaidPackets: 50,
  maxUnpaidPackets: 50,
  lostPackets: 0,
  concealedPackets: 0,
  audibleGaps: 0,
  heardMs: 47_000,
  stalled: 'credit',
  acksSuppressed: true,
  paused: false,
  paidSoFarMinor: '25',
};

const view: ViewOfBox = {
  profile: 'jukebox',
  name: 'Jukebox',
  playback: 'playing.stalled',
  cash: 'accepting',
  connectivity: 'online',
  sentence: 'The credit window is closed: the sender waits for acknowledgements.',
  question: null,
  creditMinor: '150',
  currency: 'EUR',
  service: 'inService',
  shortLine: 'Credit closed',
  catalogueVersion: 'v1',
  simulatedAcceptor: true,
  lastContactMs: null,
  focusIndex: 2,
  catalogueSize: 8,
  focus: work,
  nowPlaying: { ...work, play },
  queue: [1, 2, 3, 4].map((number) => ({
    entryId: `e${number}`,
    playId: `p${number}`,
    workId: 'w1',
    payerId: null,
    heldMinor: 50n,
    position: number,
    title: `Song ${number}`,
    artist: '',
    startsInMs: number * 60_000,
  })),
  lastReceipt: null,
  volumePercent: 80,
  silentPlayer: true,
  faults: [{ code: 'x', message: 'A fault with a long explanation, so that it has to be cut at the edge of the terminal, somewhere near here.' }],
};

describe('the terminal view', () => {
  it('fits 80 columns and 24 lines, whatever it has to say', () => {
    const lines = renderTerminal(view, 'http://127.0.0.1:8480/', `${'a very long message '.repeat(10)}\u001b[2J`);
    expect(lines.every((line) => line.length <= 79)).toBe(true);
    expect(lines.length).toBeLessThanOrEqual(24);
  });

  it('shows how full the credit window is, what was paid, and that acknowledgements are held back', () => {
    const text = renderTerminal(view, '').join('\n');
    expect(text).toContain(`[${'#'.repeat(24)}]  50 of 50 packets unpaid`);
    expect(text).toContain('ACK 2350 of 2400 sent');
    expect(text).toContain('0.25 EUR    ACKs SUPPRESSED    stalled: credit');
  });

  it('lets no control character of a title or message through to the terminal', () => {
    const lines = renderTerminal({ ...view, sentence: 'a\u001b[31mb' }, '', 'c\u0007d');
    expect(lines.some((line) => /\p{Cc}/u.test(line))).toBe(false);
  });
});
