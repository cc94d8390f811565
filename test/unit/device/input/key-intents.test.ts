import { describe, expect, test } from 'vitest';
import { intentOfKey } from '../../../../device/input/key-intents.ts';
import { isKeyName, KEY_CODES, keyOfCode } from '../../../../device/input/keys.ts';

describe('keys become intents', () => {
  test('every name has one code and every code one name', () => {
    for (const [name, code] of Object.entries(KEY_CODES)) expect(keyOfCode(code)).toBe(name);
    expect(keyOfCode(9_999)).toBeNull();
    expect(isKeyName('KEY_OK')).toBe(true);
    expect(isKeyName('constructor')).toBe(false);
  });

  test('green and red answer a question, and mean nothing elsewhere', () => {
    expect(intentOfKey('KEY_GREEN', 'short', 'preListen')).toEqual({ type: 'intent.ok' });
    expect(intentOfKey('KEY_RED', 'short', 'awaitingConfirmation')).toEqual({ type: 'intent.back' });
    expect(intentOfKey('KEY_GREEN', 'short', 'playing.flowing')).toBeNull();
    expect(intentOfKey('KEY_RED', 'short', 'playing.flowing')).toBeNull();
  });

  test('green, or a held OK, asks what renting costs where nothing plays', () => {
    expect(intentOfKey('KEY_GREEN', 'short', 'browse')).toEqual({ type: 'intent.rent' });
    expect(intentOfKey('KEY_OK', 'long', 'browse')).toEqual({ type: 'intent.rent' });
    expect(intentOfKey('KEY_OK', 'long', 'playing.flowing')).toEqual({ type: 'intent.play-pause' });
  });

  test('play/pause buys during a question and pauses during a song', () => {
    expect(intentOfKey('KEY_PLAYPAUSE', 'short', 'preListen')).toEqual({ type: 'intent.ok' });
    expect(intentOfKey('KEY_PLAYPAUSE', 'short', 'playing.flowing')).toEqual({ type: 'intent.play-pause' });
  });

  test('a held OK pauses, a held Back stops, and a held arrow is no long press', () => {
    expect(intentOfKey('KEY_OK', 'long', 'playing.flowing')).toEqual({ type: 'intent.play-pause' });
    expect(intentOfKey('KEY_BACK', 'long', 'playing.flowing')).toEqual({ type: 'intent.stop' });
    expect(intentOfKey('KEY_UP', 'long', 'browse')).toBeNull();
    expect(intentOfKey('KEY_UP', 'repeat', 'browse')).toEqual({ type: 'intent.up' });
  });

  test('a state whose name only begins alike is another one', () => {
    expect(intentOfKey('KEY_GREEN', 'short', 'preListening')).toBeNull();
  });
});
