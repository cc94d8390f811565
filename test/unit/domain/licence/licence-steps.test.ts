import { describe, expect, test } from 'vitest';
import {
  grantsAccess,
  LICENCE_EVENTS,
  LICENCE_STATUSES,
  type Licence,
  type LicenceEventType,
  type LicenceStatus,
  statusAt,
} from '../../../../src/domain/licence/licence.ts';
import { cancelLicence, registerDevice, renewLicence, returnLicence, revokeLicence } from '../../../../src/domain/licence/licence-steps.ts';

const NOW = 5_000;
const call = { id: 'box-1', name: 'The bar', atMs: NOW };

function licenceIn(status: LicenceStatus): Licence {
  const stored = status === 'expired' ? 'active' : status;
  return {
    licence: 'l1',
    account: 'a1',
    resource: 'w1',
    resourceKind: 'work',
    rights: { mode: 'intermittent', pulseMs: null, unlock: 'lease', protection: 'none' },
    modelHash: 'm1',
    status: stored,
    startMs: 0,
    endMs: status === 'expired' ? NOW : 9_000,
    periodMs: 1_000,
    latestEndMs: 20_000,
    licenceChangedAtMs: 0,
    statusChangedAtMs: 0,
    events: [],
  };
}

const act = {
  register: (licence: Licence) => registerDevice(licence, call),
  renew: (licence: Licence) => renewLicence(licence, call, null),
  return: (licence: Licence) => returnLicence(licence, call),
  revoke: (licence: Licence) => revokeLicence(licence, call),
  cancel: (licence: Licence) => cancelLicence(licence, call),
} as const;

/** LSD 1.0 by hand: 2.3 (states), 3.3 (register), 3.4 (return), 3.5 (renew); a dash is a refusal with the failure type beside it. */
const LSD: Readonly<Record<LicenceStatus, Readonly<Record<LicenceEventType, string>>>> = {
  ready: { register: 'active', renew: '- renew', return: 'cancelled', revoke: 'revoked', cancel: 'cancelled' },
  active: { register: 'active', renew: 'active', return: 'returned', revoke: 'revoked', cancel: '- cancel' },
  revoked: { register: '- registration', renew: '- renew', return: '- return', revoke: '- revoke', cancel: '- cancel' },
  returned: { register: '- registration', renew: '- renew', return: '- return-already', revoke: '- revoke', cancel: '- cancel' },
  cancelled: { register: '- registration', renew: '- renew', return: '- return-already', revoke: '- revoke', cancel: '- cancel' },
  expired: { register: '- registration', renew: 'active', return: '- return-expired', revoke: '- revoke', cancel: '- cancel' },
};

describe('the states of LSD 1.0', () => {
  test.each(LICENCE_STATUSES.flatMap((status) => LICENCE_EVENTS.map((event) => [status, event, LSD[status][event]] as const)))(
    '%s, on %s: %s',
    (status, event, expected) => {
      const licence = licenceIn(status);
      expect(statusAt(licence, NOW)).toBe(status);
      const outcome = act[event](licence);
      expect(outcome.ok ? statusAt(outcome.value, NOW - 1) : `- ${outcome.error.code}`).toBe(expected);
      if (outcome.ok) expect(outcome.value.events.at(-1)).toEqual({ type: event, id: 'box-1', name: 'The bar', atMs: NOW });
    },
  );

  test('give access only while ready or active', () => {
    expect(LICENCE_STATUSES.filter((status) => grantsAccess(licenceIn(status), NOW))).toEqual(['ready', 'active']);
  });
});

describe('a walk through any events', () => {
  const walks = LICENCE_EVENTS.flatMap((first) => LICENCE_EVENTS.flatMap((second) => LICENCE_EVENTS.map((third) => [first, second, third] as const)));

  test.each(walks)('%s, %s, %s goes where the state table goes', (...events) => {
    let licence = licenceIn('ready');
    let model: LicenceStatus = 'ready';
    for (const event of events) {
      const outcome = act[event](licence);
      if (outcome.ok) licence = outcome.value;
      const expected: string = LSD[model][event];
      if (!expected.startsWith('-')) model = expected as LicenceStatus;
      expect(licence.status).toBe(model);
      expect(grantsAccess(licence, NOW)).toBe(model === 'ready' || model === 'active');
    }
  });
});

describe('the expiration set point', () => {
  test('ends access at its very instant', () => {
    const licence = licenceIn('active');
    expect([grantsAccess(licence, 8_999), grantsAccess(licence, 9_000)]).toEqual([true, false]);
  });

  test('moves by one period with each renewal, from now where it has passed', () => {
    const early = renewLicence(licenceIn('active'), call, null);
    const late = renewLicence(licenceIn('active'), { ...call, atMs: 12_000 }, null);
    expect([early, late].map((outcome) => outcome.ok && outcome.value.endMs)).toEqual([10_000, 13_000]);
  });

  test.each([
    ['back', 8_000],
    ['nowhere', 9_000],
    ['beyond what the licence may ever reach', 20_001],
  ])('is not moved %s', (_, endMs) => {
    expect(renewLicence(licenceIn('active'), call, endMs)).toMatchObject({ ok: false, error: { code: 'renew-date' } });
  });

  test('is now, once a title was returned', () => {
    const outcome = returnLicence(licenceIn('active'), call);
    expect(outcome.ok && outcome.value.endMs).toBe(NOW);
  });
});

test('a device that registers again changes nothing', () => {
  const first = registerDevice(licenceIn('ready'), call);
  if (!first.ok) throw new Error(first.error.message);
  expect(registerDevice(first.value, { ...call, atMs: NOW + 1 })).toEqual({ ok: true, value: first.value });
});
