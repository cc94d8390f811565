import { CURRENCIES } from '../../src/units/money.ts';
import { isLanguage, LANGUAGES } from '../texts/box-texts.ts';

/** What a box asks when it is switched on for the first time. `region` and `zone` are one answer, given in two steps. */
export const QUESTIONS = ['language', 'currency', 'region', 'zone', 'closing', 'output', 'least', 'most'] as const;
export type Question = (typeof QUESTIONS)[number];
export type Answers = Partial<Readonly<Record<Question, string>>>;

/** What the machine knows, on which choices depend. */
export interface MachineFacts {
  readonly profile: 'jukebox' | 'set-top';
  /** IANA names. */
  readonly zones: readonly string[];
  /** Of the clock of the machine. */
  readonly zone: string;
  /** What sound can come out of: mpv's names with their descriptions; the first one lets mpv choose. */
  readonly outputs: readonly { readonly name: string; readonly description: string }[];
}

/** A word stands for itself, unless the texts have one for it (`never`, `auto`). */
export interface Choice {
  readonly value: string;
  readonly words: string;
}

/** The box opens again at ten: whoever wants it otherwise changes the period `night` of the calendar. */
export const OPENS_AT = '10:00';
const CLOSING_TIMES = ['never', '21:00', '22:00', '23:00', '00:00', '01:00', '02:00', '03:00', '04:00', '05:00', '06:00'];
/** Without letters of its own a region is not one of the earth. */
const LONE_ZONE = 'UTC';
const PERCENT_STEP = 10;
const HOME_ZONES: Readonly<Record<string, string>> = { en: 'Europe/London', de: 'Europe/Berlin', fr: 'Europe/Paris' };
const HOME_CURRENCIES: Readonly<Record<string, string>> = { en: 'GBP', de: 'EUR', fr: 'EUR' };

/** A household closes never; where nothing but UTC is known there is no region to choose. */
export function questionsOf({ profile }: MachineFacts, answers: Answers): readonly Question[] {
  return QUESTIONS.filter((question) => (question !== 'closing' || profile === 'jukebox') && (question !== 'zone' || answers.region !== LONE_ZONE));
}

/** @returns the first question without an answer; null where all have one */
export function nextQuestion(facts: MachineFacts, answers: Answers): Question | null {
  return questionsOf(facts, answers).find((question) => answers[question] === undefined) ?? null;
}

export function choicesOf(question: Question, facts: MachineFacts, answers: Answers): readonly Choice[] {
  switch (question) {
    case 'language':
      return LANGUAGES.map(plain);
    case 'currency':
      return CURRENCIES.map(plain);
    case 'region':
      return [...new Set([...facts.zones.filter((zone) => zone.includes('/')).map(regionOf), LONE_ZONE])].map(plain);
    case 'zone':
      return facts.zones.filter((zone) => regionOf(zone) === answers.region && zone.includes('/')).map((zone) => ({ value: zone, words: cityOf(zone) }));
    case 'closing':
      return CLOSING_TIMES.map(plain);
    case 'output':
      return facts.outputs.map(({ name, description }) => ({ value: name, words: description }));
    case 'least':
      return percents(0, 50);
    case 'most':
      return percents(Math.max(50, Number(answers.least ?? 0) + PERCENT_STEP), 100);
  }
}

/** What has the focus first: the answer of before, or what most people here would say. */
export function likelyChoice(question: Question, facts: MachineFacts, answers: Answers): string {
  const language = answers.language ?? 'en';
  const zone = facts.zone === LONE_ZONE ? (HOME_ZONES[language] ?? LONE_ZONE) : facts.zone;
  const likely: Readonly<Record<Question, string>> = {
    ...{ language: 'en', currency: HOME_CURRENCIES[language] ?? 'EUR', region: zone.includes('/') ? regionOf(zone) : LONE_ZONE, zone },
    ...{ closing: '01:00', output: facts.outputs[0]?.name ?? '', least: '0', most: '100' },
  };
  const wanted = answers[question] ?? likely[question];
  const choices = choicesOf(question, facts, answers);
  return (choices.find(({ value }) => value === wanted) ?? choices[0])?.value ?? '';
}

/** @returns the answers with this one; null where it is none of the choices */
export function answer(question: Question, value: string, facts: MachineFacts, answers: Answers): Answers | null {
  if (!choicesOf(question, facts, answers).some((choice) => choice.value === value)) return null;
  const { zone, most, ...others } = answers;
  // Another region has other zones, and the most is above the least.
  const kept = { ...(question === 'region' || zone === undefined ? {} : { zone }), ...(question === 'least' || most === undefined ? {} : { most }) };
  return { ...others, ...kept, [question]: value };
}

/** @returns the answers without the last one that was given; the same where there was none */
export function takeBack(facts: MachineFacts, answers: Answers): Answers {
  const given = questionsOf(facts, answers).filter((question) => answers[question] !== undefined);
  const last = given.at(-1);
  return Object.fromEntries(Object.entries(answers).filter(([question]) => question !== last));
}

/** Reads what was kept: an answer that nobody could give is asked for again. */
export function readAnswers(value: unknown): Answers {
  if (typeof value !== 'object' || value === null) return {};
  const texts = Object.entries(value).filter(
    (entry): entry is [Question, string] => QUESTIONS.some((question) => question === entry[0]) && typeof entry[1] === 'string',
  );
  return Object.fromEntries(texts.filter(([question, text]) => question !== 'language' || isLanguage(text)));
}

/** The zone that was chosen; null before that. */
export function chosenZone({ region, zone }: Answers): string | null {
  return region === LONE_ZONE ? LONE_ZONE : (zone ?? null);
}

const plain = (value: string): Choice => ({ value, words: value });
const regionOf = (zone: string): string => zone.slice(0, zone.indexOf('/'));
const cityOf = (zone: string): string => zone.slice(zone.indexOf('/') + 1).replaceAll('_', ' ');

function percents(from: number, to: number): readonly Choice[] {
  return Array.from({ length: (to - from) / PERCENT_STEP + 1 }, (_, place) => String(from + place * PERCENT_STEP)).map((value) => ({
    value,
    words: `${value} %`,
  }));
}
