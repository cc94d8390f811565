import { current } from './store.ts';

let context: AudioContext | null = null;
let speaking: HTMLAudioElement | null = null;
let said = '';

/** A short soft click: the focus moved. Browsers allow sound once a key was pressed. */
export function tick(): void {
  if (!current().preferences.tick) return;
  context ??= new AudioContext();
  const now = context.currentTime;
  const tone = context.createOscillator();
  const loudness = context.createGain();
  tone.frequency.setValueAtTime(1_250, now);
  loudness.gain.setValueAtTime(0.05, now);
  loudness.gain.exponentialRampToValueAtTime(0.0005, now + 0.03);
  tone.connect(loudness).connect(context.destination);
  tone.start(now);
  tone.stop(now + 0.035);
}

/** Says it aloud by the box's espeak-ng; a box without a voice stays silent. What is said next cuts it short. */
export function speak(text: string): void {
  const words = text.replace(/\s+/g, ' ').trim().slice(0, 200);
  if (words === '' || words === said) return;
  said = words;
  speaking?.pause();
  const query = new URLSearchParams({ language: current().preferences.language, text: words });
  speaking = new Audio(`/api/speech?${query}`);
  speaking.play().catch(() => {});
}
