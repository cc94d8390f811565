import { type Licence, statusAt } from '../../domain/licence/licence.ts';
import type { StatusDocument } from '../../wire/licence-api.ts';

const STATUS_TYPE = 'application/vnd.readium.license.status.v1.0+json';

const MESSAGES: Readonly<Record<StatusDocument['status'], string>> = {
  ready: 'The title is checked out and was not used yet.',
  active: 'The title is checked out.',
  revoked: 'The title was taken back by its provider.',
  returned: 'The title was returned.',
  cancelled: 'The checkout was cancelled before its first use.',
  expired: 'The time of the checkout is over; it can be renewed.',
};

/** A licence as LSD 1.0 shows it. Links that lead nowhere in this state are left out. */
export function statusDocument(licence: Licence, title: string, nowMs: number): StatusDocument {
  const status = statusAt(licence, nowMs);
  const at = `/v1/licences/${licence.licence}`;
  const alive = status === 'ready' || status === 'active';
  const renewable = status === 'active' || status === 'expired';
  const link = (rel: string, path: string) => ({ rel, href: `${at}${path}`, type: STATUS_TYPE });
  return {
    id: licence.licence,
    status,
    message: MESSAGES[status],
    updated: { license: iso(licence.licenceChangedAtMs), status: iso(licence.statusChangedAtMs) },
    links: [
      { ...link('license', ''), type: 'application/json' },
      ...(alive ? [link('register', '/register'), link('return', '/return')] : []),
      ...(renewable && licence.endMs !== null ? [{ ...link('renew', '/renew{?end}'), templated: true }] : []),
    ],
    ...(licence.latestEndMs === null ? {} : { potential_rights: { end: iso(licence.latestEndMs) } }),
    events: licence.events.map(({ type, id, name, atMs }) => ({ type, id, name, timestamp: iso(atMs) })),
    licence: {
      resource: licence.resource,
      resourceKind: licence.resourceKind,
      title,
      modelHash: licence.modelHash,
      start: iso(licence.startMs),
      end: licence.endMs === null ? null : iso(licence.endMs),
      ...(licence.feeMinor !== undefined && { feeMinor: licence.feeMinor }),
    },
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
