import { describe, expect, test } from 'vitest';
import {
  type Answers,
  answer,
  choicesOf,
  chosenZone,
  likelyChoice,
  type MachineFacts,
  nextQuestion,
  readAnswers,
  takeBack,
} from '../../../../device/first-boot/questions.ts';

const venue: MachineFacts = {
  profile: 'jukebox',
  zones: ['America/New_York', 'Europe/Berlin', 'Europe/Paris'],
  zone: 'UTC',
  outputs: [
    { name: 'auto', description: 'auto' },
    { name: 'alsa/hdmi', description: 'HDMI' },
  ],
};

/** Takes at each question what is likely, and says in which order they came. */
function walk(facts: MachineFacts, given: Answers): readonly string[] {
  const asked: string[] = [];
  let answers = given;
  for (let question = nextQuestion(facts, answers); question !== null; question = nextQuestion(facts, answers)) {
    asked.push(question);
    answers = answer(question, likelyChoice(question, facts, answers), facts, answers) ?? {};
  }
  return asked;
}

describe('the questions of the first start', () => {
  test('come one after the other, each with something that is likely', () => {
    expect(walk(venue, {})).toEqual(['language', 'currency', 'region', 'zone', 'closing', 'output', 'least', 'most']);
  });

  test('a household is not asked when it closes', () => {
    expect(walk({ ...venue, profile: 'set-top' }, {})).not.toContain('closing');
  });

  test('go on where they were, whatever was answered before', () => {
    expect(walk(venue, { language: 'de', currency: 'EUR', region: 'Europe' })).toEqual(['zone', 'closing', 'output', 'least', 'most']);
  });

  test('propose what goes with the language where the machine knows nothing better', () => {
    expect(likelyChoice('region', venue, { language: 'de' })).toBe('Europe');
    expect(likelyChoice('zone', venue, { language: 'de', region: 'Europe' })).toBe('Europe/Berlin');
    expect(likelyChoice('zone', venue, { language: 'fr', region: 'Europe' })).toBe('Europe/Paris');
    expect(likelyChoice('region', { ...venue, zone: 'America/New_York' }, { language: 'de' })).toBe('America');
    expect(likelyChoice('currency', venue, { language: 'en' })).toBe('GBP');
  });

  test('take no answer that is none of the choices', () => {
    expect(answer('currency', 'XYZ', venue, {})).toBeNull();
    expect(answer('zone', 'America/New_York', venue, { region: 'Europe' })).toBeNull();
    expect(answer('most', '20', venue, { least: '40' })).toBeNull();
  });

  test('ask for the most only above the least, and again where the least was changed', () => {
    expect(choicesOf('most', venue, { least: '50' })[0]?.value).toBe('60');
    expect(answer('least', '50', venue, { least: '10', most: '60' })).toEqual({ least: '50' });
  });

  test('UTC needs no city', () => {
    const answers = answer('region', 'UTC', venue, { language: 'en', currency: 'EUR', zone: 'Europe/Paris' }) ?? {};
    expect(chosenZone(answers)).toBe('UTC');
    expect(nextQuestion(venue, answers)).toBe('closing');
    expect(chosenZone({ region: 'Europe', zone: 'Europe/Paris' })).toBe('Europe/Paris');
  });

  test('are taken back one at a time, down to none', () => {
    const two = { language: 'de', currency: 'CHF' };
    expect(takeBack(venue, two)).toEqual({ language: 'de' });
    expect(takeBack(venue, takeBack(venue, two))).toEqual({});
    expect(takeBack(venue, {})).toEqual({});
  });

  test('forget what nobody could have answered', () => {
    expect(readAnswers({ language: 'xx', currency: 'EUR', least: 7, stranger: 'x' })).toEqual({ currency: 'EUR' });
    expect(readAnswers('rubbish')).toEqual({});
  });
});
