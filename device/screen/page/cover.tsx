import type { JSX } from 'preact';
import type { Work } from './model.ts';

type Pictured = Pick<Work, 'title' | 'artist' | 'cover'>;

/** A number that is the same for the same words: what a generated cover is drawn from. */
function seedOf(text: string): number {
  let seed = 2_166_136_261;
  for (const character of text) seed = Math.imul(seed ^ (character.codePointAt(0) ?? 0), 16_777_619) >>> 0;
  return seed;
}

/** Records of one artist have one colour; each title has its own rings. */
function Drawn({ work }: { readonly work: Pictured }): JSX.Element {
  const hue = seedOf(work.artist) % 360;
  const seed = seedOf(work.title);
  const [x, y] = [15 + (seed % 70), 15 + ((seed >>> 8) % 70)];
  const rings = [0, 1, 2, 3, 4].map((ring) => 10 + ring * (9 + ((seed >>> 16) % 7)));
  const initials = [
    ...work.title
      .replace(/[^\p{L}\p{N} ]/gu, '')
      .trim()
      .matchAll(/(?:^| )(\S)/gu),
  ].map((match) => match[1] ?? '');
  return (
    <svg class="cover" viewBox="0 0 100 100" aria-hidden="true">
      <rect width="100" height="100" fill={`hsl(${hue} 42% 26%)`} />
      {rings.map((radius, ring) => (
        <circle key={radius} cx={x} cy={y} r={radius} fill="none" stroke={`hsl(${(hue + ring * 14) % 360} 60% ${38 + ring * 7}%)`} stroke-width="3.5" />
      ))}
      <text x="8" y="92" class="initials">
        {initials.slice(0, 2).join('').toUpperCase()}
      </text>
    </svg>
  );
}

export function Cover({ work }: { readonly work: Pictured }): JSX.Element {
  if (work.cover === null) return <Drawn work={work} />;
  return <img class="cover" src={`/api/cover/${work.cover}`} alt="" width="300" height="300" decoding="async" />;
}
