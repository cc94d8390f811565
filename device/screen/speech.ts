import { spawn } from 'node:child_process';
import { limits } from '../../src/limits.ts';
import type { Clock } from '../../src/ports/clock.ts';
import type { Language } from '../texts/box-texts.ts';

const VOICES: Readonly<Record<Language, string>> = { en: 'en-gb', de: 'de', fr: 'fr' };
const KEPT = 40;
const WORDS_PER_MINUTE = '165';

/** Speech prompts, as WAV of espeak-ng. What is said again and again (the names of the buttons) is kept. */
export class Speech {
  readonly #clock: Clock;
  readonly #program: string;
  readonly #kept = new Map<string, Promise<Buffer | null>>();

  constructor(clock: Clock, program = 'espeak-ng') {
    this.#clock = clock;
    this.#program = program;
  }

  /** @returns null where espeak-ng is not there or says nothing */
  async say(language: Language, text: string): Promise<Buffer | null> {
    const key = `${language} ${text}`;
    const spoken = this.#kept.get(key) ?? this.#speak(language, text);
    this.#kept.delete(key);
    this.#kept.set(key, spoken);
    for (const oldest of this.#kept.keys()) if (this.#kept.size > KEPT) this.#kept.delete(oldest);
    return await spoken;
  }

  #speak(language: Language, text: string): Promise<Buffer | null> {
    return new Promise((resolve) => {
      const child = spawn(this.#program, ['-v', VOICES[language], '-s', WORDS_PER_MINUTE, '--stdin', '--stdout'], { stdio: ['pipe', 'pipe', 'ignore'] });
      const parts: Buffer[] = [];
      const giveUp = this.#clock.after(limits.speechMs, () => child.kill());
      const end = (sound: Buffer | null): void => {
        giveUp();
        resolve(sound);
      };
      child.stdout.on('data', (part: Buffer) => parts.push(part));
      child.on('error', () => end(null));
      child.stdin.on('error', () => {});
      child.on('close', (code) => end(code === 0 && parts.length > 0 ? Buffer.concat(parts) : null));
      child.stdin.end(text);
    });
  }
}
