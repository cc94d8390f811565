import { Value } from '@sinclair/typebox/value';
import type { Book } from '../stores/book-port.ts';
import type { Language } from '../texts/box-texts.ts';
import { Preferences } from './local-api.ts';

const SETTING = 'screen-preferences';

type Settings = Pick<Book, 'getSetting' | 'putSetting'>;

/** Those of the box's own screen, kept across restarts. The box's language where nobody chose another. */
export async function keptPreferences(settings: Settings, language: Language): Promise<Preferences> {
  const kept = parse(await settings.getSetting(SETTING));
  return kept ?? { language, textSize: 'normal', tick: true, switchAccess: false };
}

export async function keepPreferences(settings: Settings, preferences: Preferences): Promise<void> {
  await settings.putSetting(SETTING, JSON.stringify(preferences));
}

function parse(text: string | null): Preferences | null {
  try {
    const value: unknown = JSON.parse(text ?? '');
    return Value.Check(Preferences, value) ? value : null;
  } catch {
    return null;
  }
}
