/** What somebody wants to be told about a fleet of boxes. */
export const ALERT_KINDS = ['silent', 'fault', 'disk', 'variance', 'quarantine'] as const;
export type AlertKind = (typeof ALERT_KINDS)[number];

/** One thing that happened, once: the key is the same however often it is found. */
export interface Alert {
  readonly key: string;
  readonly outlet: string;
  readonly kind: AlertKind;
  /** A sentence for whoever reads it on a telephone. */
  readonly text: string;
  /** Told in quiet hours too: somebody may have to get up. */
  readonly urgent: boolean;
}

/** What is known of one box. */
export interface BoxFacts {
  readonly outlet: string;
  readonly name: string;
  /** Wall time of the last report; null where it never reported. */
  readonly lastContactMs: number | null;
  /** The region `service` of its last report. */
  readonly service: string;
  /** Faults that arrived lately, newest first. */
  readonly faults: readonly { readonly id: string; readonly code: string; readonly message: string }[];
  readonly collections: readonly { readonly id: string; readonly number: number; readonly varianceMinor: bigint; readonly words: string }[];
  readonly quarantined: number;
}

/** Faults for which somebody gets up: money or people are in danger. */
const URGENT_FAULTS: ReadonlySet<string> = new Set(['door-open', 'fire-alarm', 'book-rebuilt']);

/** Everything that is to be told of a fleet now. Pure: what was told already is left out by its key. */
export function findAlerts(boxes: readonly BoxFacts[], nowMs: number, silentMs: number): readonly Alert[] {
  return boxes.flatMap((box) => [...contactAlerts(box, nowMs, silentMs), ...diskAlerts(box), ...faultAlerts(box), ...moneyAlerts(box)]);
}

/** One alert a silence, named by the contact that it began with. */
function contactAlerts({ outlet, name, lastContactMs }: BoxFacts, nowMs: number, silentMs: number): readonly Alert[] {
  if (lastContactMs === null || nowMs - lastContactMs <= silentMs) return [];
  const minutes = Math.floor((nowMs - lastContactMs) / 60_000);
  return [{ key: `silent:${outlet}:${lastContactMs}`, outlet, kind: 'silent', text: `${name} has been silent for ${minutes} minutes.`, urgent: false }];
}

function diskAlerts({ outlet, name, service, lastContactMs }: BoxFacts): readonly Alert[] {
  if (service !== 'storageLow') return [];
  const day = Math.floor((lastContactMs ?? 0) / 86_400_000);
  return [{ key: `disk:${outlet}:${day}`, outlet, kind: 'disk', text: `The disk of ${name} is nearly full: it sells nothing.`, urgent: false }];
}

function faultAlerts({ outlet, name, faults }: BoxFacts): readonly Alert[] {
  return faults.map(({ id, code, message }) => ({
    key: `fault:${outlet}:${id}`,
    outlet,
    kind: 'fault',
    text: `${name}: ${message} (${code})`,
    urgent: URGENT_FAULTS.has(code),
  }));
}

function moneyAlerts({ outlet, name, collections, quarantined }: BoxFacts): readonly Alert[] {
  const variances = collections
    .filter(({ varianceMinor }) => varianceMinor !== 0n)
    .map(({ id, number, words }): Alert => {
      const text = `${name}: collection ${number} differs from the meters by ${words}.`;
      return { key: `variance:${outlet}:${id}`, outlet, kind: 'variance', text, urgent: false };
    });
  if (quarantined === 0) return variances;
  const text = `${name}: ${quarantined} records were set aside; look at the page Records.`;
  return [...variances, { key: `quarantine:${outlet}:${quarantined}`, outlet, kind: 'quarantine', text, urgent: false }];
}

/** Hours in which only what is urgent is told, by the clock on the wall: `22:00-07:00` goes over midnight. Minutes since midnight. */
export interface QuietHours {
  readonly fromMinute: number;
  readonly toMinute: number;
}

export function isQuiet(hours: QuietHours | null, minute: number): boolean {
  if (hours === null) return false;
  const { fromMinute, toMinute } = hours;
  return fromMinute <= toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute;
}

/** @returns null where the text is not such as `22:00-07:00` */
export function readQuietHours(text: string): QuietHours | null {
  const [, fromHour, fromMinutes, toHour, toMinutes] = /^(\d{1,2}):(\d{2})-(\d{1,2}):(\d{2})$/.exec(text) ?? [];
  const [from, to] = [Number(fromHour) * 60 + Number(fromMinutes), Number(toHour) * 60 + Number(toMinutes)];
  return from < 1_440 && to < 1_440 && Number(fromMinutes) < 60 && Number(toMinutes) < 60 ? { fromMinute: from, toMinute: to } : null;
}
