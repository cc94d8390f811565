import { type QuietHours, readQuietHours } from '../../domain/fleet/alerts.ts';
import { openZone } from '../../domain/rating/zone.ts';
import { type Fault, fault, ok, type Result } from '../../units/result.ts';

/** Who is told, and when not. The addresses hold secrets: they are never shown again, and never logged. */
export interface AlertSettings {
  /** `https://...`; empty: nobody. */
  readonly webhook: string;
  /** Key of the signature under each call. */
  readonly webhookSecret: string;
  /** `smtps://user:password@host`; empty: nobody. */
  readonly smtp: string;
  readonly mailFrom: string;
  readonly mailTo: string;
  readonly quiet: QuietHours | null;
  readonly quietText: string;
  readonly zone: string;
}

interface SettingStore {
  getSetting(name: string): string | null;
  putSetting(name: string, value: string): void;
}

const NAMES = ['webhook', 'webhookSecret', 'smtp', 'mailFrom', 'mailTo', 'quiet', 'zone'] as const;
type Field = (typeof NAMES)[number];

export function readAlertSettings(store: SettingStore): AlertSettings {
  const value = (name: Field): string => store.getSetting(`alert-${name}`) ?? '';
  return {
    webhook: value('webhook'),
    webhookSecret: value('webhookSecret'),
    smtp: value('smtp'),
    mailFrom: value('mailFrom'),
    mailTo: value('mailTo'),
    quiet: readQuietHours(value('quiet')),
    quietText: value('quiet'),
    zone: value('zone') || 'UTC',
  };
}

/** Fields left out stay as they are; an empty one is taken away. Nothing is kept where one of them is wrong. */
export function putAlertSettings(store: SettingStore, given: Readonly<Partial<Record<Field, string>>>): Result<null, Fault<'bad-setting'>> {
  const { webhook, smtp, mailFrom, mailTo, quiet, zone } = given;
  if (webhook !== undefined && webhook !== '' && !hasProtocol(webhook, ['https:', 'http:'])) return fault('bad-setting', 'A webhook is an https:// address.');
  if (smtp !== undefined && smtp !== '' && !hasProtocol(smtp, ['smtp:', 'smtps:']))
    return fault('bad-setting', 'The mail server is such as smtps://user:password@mail.example.');
  for (const address of [mailFrom, mailTo])
    if (address !== undefined && address !== '' && !/^[^\s@<>",]+@[^\s@<>",]+$/.test(address)) return fault('bad-setting', `${address} is no mail address.`);
  if (quiet !== undefined && quiet !== '' && readQuietHours(quiet) === null) return fault('bad-setting', 'Quiet hours are such as 22:00-07:00.');
  if (zone !== undefined && zone !== '' && !openZone(zone).ok) return fault('bad-setting', `${zone} is no time zone; use a name like Europe/Berlin.`);
  for (const name of NAMES) {
    const value = given[name];
    if (value !== undefined) store.putSetting(`alert-${name}`, value);
  }
  return ok(null);
}

function hasProtocol(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
