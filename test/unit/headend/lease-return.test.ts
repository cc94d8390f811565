import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { acceptOffer } from '../../../device/checkout/accept-offer.ts';
import { openExchange } from '../../../device/checkout/key-exchange.ts';
import { offerRequest } from '../../../device/checkout/offer-request.ts';
import { type AdmittedSession, SenderAway, type StreamHouse } from '../../../src/headend/stream-port.ts';
import { limits } from '../../../src/limits.ts';
import { generateDeviceKey } from '../../../src/platform/crypto/ed25519-signer.ts';
import type { StoredWork } from '../../../src/ports/headend-stores.ts';
import { toHex } from '../../../src/units/bytes.ts';
import { asId } from '../../../src/units/ids.ts';
import type { OfferRequest } from '../../../src/wire/http-api.ts';
import { VirtualClock } from '../../fakes/virtual-clock.ts';
import { VirtualHeadend } from '../../fakes/virtual-headend.ts';

/** A point of small order: no X25519 key of anybody. */
const UNUSABLE = '00'.repeat(32);
const { signer } = generateDeviceKey();

let headend: VirtualHeadend;
let work: StoredWork;
let sender: WillingSender;
let plays = 0;

/** A sender that can go away over an admission: before it has taken it in, or before it says so. */
class WillingSender implements StreamHouse {
  readonly admitted = new Map<string, AdmittedSession>();
  away: 'before' | 'after' | null = null;
  onFence: (sid: string) => void = () => {};

  async admit(session: AdmittedSession): Promise<void> {
    if (this.away === 'before') throw new SenderAway();
    const before = this.admitted.get(session.row.sid);
    if (before === undefined || before.epoch < session.epoch) this.admitted.set(session.row.sid, session);
    if (this.away === 'after') throw new SenderAway();
  }

  async fence(sid: string): Promise<null> {
    const { row, lease } = this.admitted.get(sid) ?? {};
    if (row !== undefined && lease !== undefined) headend.book.returnCredit(row.account, sid, lease.fence, 0);
    this.admitted.delete(sid);
    this.onFence(sid);
    return null;
  }

  rtspUrl(): string {
    return 'rtsp://headend/';
  }

  async live(): Promise<ReadonlySet<string>> {
    return new Set(this.admitted.keys());
  }

  async views(): Promise<readonly []> {
    return [];
  }

  async close(): Promise<void> {}
}

beforeEach(async () => {
  headend = new VirtualHeadend(new VirtualClock());
  headend.enrol(signer.publicKey, 'jukebox');
  work = await headend.addWork(900);
  sender = new WillingSender();
  headend.start(sender);
});
afterEach(() => headend.remove());

function request(trial = false) {
  plays += 1;
  const ephemeral = openExchange(headend.random);
  return { ephemeral, asked: offerRequest({ playId: `play-${plays}`, work, trial, ephemeral }) };
}

async function opened(asked: OfferRequest) {
  const answer = await headend.api().offer(asked);
  if (!answer.ok) throw new Error(answer.error.message);
  return answer.value;
}

async function resume(sid: string, epoch: number, deviceEphemeral = toHex(openExchange(headend.random).publicKey)) {
  const nonce = await headend.api().nonce(sid);
  if (!nonce.ok) throw new Error(nonce.error.message);
  return await headend.api().resume(sid, { nonce: nonce.value.nonce, epoch, deviceEphemeral, receipt: null, paidRanges: [] });
}

function leasedPackets(): number {
  return headend.book.accountCredit(headend.book.defaults().account).leasedPackets;
}

describe.each(['before', 'after'] as const)('an offer over which the sender goes away, %s it has the session', (when) => {
  test('holds no credit, and the same request again opens the one session', async () => {
    const { asked, ephemeral } = request();
    sender.away = when;
    await expect(headend.api().offer(asked)).rejects.toThrow(SenderAway);
    expect(leasedPackets()).toBe(0);
    sender.away = null;
    const response = await opened(asked);
    expect(await opened(asked)).toEqual(response);
    const { account, outlet, location } = headend.outlet ?? headend.enrol(signer.publicKey, 'jukebox');
    const identity = { account, outlet, location, currency: 'EUR', headendPublicKey: headend.signer.publicKey, caPem: '', headendUrl: '' };
    const accepted = acceptOffer({ offer: response, request: asked, ephemeral, identity, nowMs: 0 });
    const session = sender.admitted.get(response.sid);
    expect(accepted).toMatchObject({ ok: true, value: { keys: session?.keys } });
    expect(headend.book.openSessions()).toHaveLength(1);
    // What is leased now is what the sender has.
    expect(leasedPackets()).toBe(session?.lease?.packets);
    await sender.fence(response.sid);
    expect(leasedPackets()).toBe(0);
  });

  test('spends its pre-listen once', async () => {
    for (let heard = 0; heard < limits.trialsPerWorkPerPayer; heard += 1) {
      const { asked } = request(true);
      sender.away = when;
      await expect(headend.api().offer(asked)).rejects.toThrow(SenderAway);
      sender.away = null;
      await sender.fence((await opened(asked)).sid);
    }
    expect(await headend.api().offer(request(true).asked)).toMatchObject({ ok: false, error: { problem: 'trial-used' } });
    expect(leasedPackets()).toBe(0);
  });
});

describe('an offer that is refused', () => {
  test('for its key spends no pre-listen', async () => {
    for (let tried = 0; tried < limits.trialsPerWorkPerPayer; tried += 1) {
      const { asked } = request(true);
      expect(await headend.api().offer({ ...asked, deviceEphemeral: UNUSABLE })).toMatchObject({ ok: false, error: { problem: 'bad-request' } });
    }
    expect((await headend.api().offer(request(true).asked)).ok).toBe(true);
  });

  test('for the credit of its account spends none either', async () => {
    const { account } = headend.book.defaults();
    const { capPackets } = headend.book.accountCredit(account);
    headend.book.setCreditCap(account, 0);
    for (let tried = 0; tried < limits.trialsPerWorkPerPayer; tried += 1)
      expect(await headend.api().offer(request(true).asked)).toMatchObject({ ok: false, error: { problem: 'account-credit-used-up' } });
    headend.book.setCreditCap(account, capPackets);
    expect((await headend.api().offer(request(true).asked)).ok).toBe(true);
  });
});

describe('a resume', () => {
  test('with a key that nobody can use changes nothing: the epoch in force streams on', async () => {
    const { sid } = await opened(request().asked);
    const leased = leasedPackets();
    expect(await resume(sid, 1, UNUSABLE)).toMatchObject({ ok: false, error: { problem: 'bad-request' } });
    expect(headend.book.session(asId(sid))?.epoch).toBe(0);
    expect(sender.admitted.has(sid)).toBe(true);
    expect(leasedPackets()).toBe(leased);
  });

  test('that came second holds no credit', async () => {
    const { sid } = await opened(request().asked);
    const nothing = { counts: [], lostPaid: 0, paidRanges: [] };
    sender.onFence = () => void headend.book.advanceEpoch(asId(sid), 0, 1, 'aa'.repeat(32), 'bb'.repeat(32), nothing);
    expect(await resume(sid, 1)).toMatchObject({ ok: false, error: { problem: 'stale-epoch' } });
    expect(leasedPackets()).toBe(0);
  });

  test.each(['before', 'after'] as const)('over which the sender goes away, %s it has the session, holds no credit; the next one goes on', async (when) => {
    const { sid } = await opened(request().asked);
    sender.away = when;
    await expect(resume(sid, 1)).rejects.toThrow(SenderAway);
    expect(leasedPackets()).toBe(0);
    sender.away = null;
    expect(await resume(sid, 1)).toMatchObject({ ok: false, error: { problem: 'stale-epoch' } });
    expect((await resume(sid, 2)).ok).toBe(true);
    expect(leasedPackets()).toBe(sender.admitted.get(sid)?.lease?.packets);
  });
});
