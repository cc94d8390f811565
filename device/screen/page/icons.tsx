import type { JSX } from 'preact';

/** Drawn here, 24 by 24, in the colour of the text: no font, no network. */
const PATHS = {
  songs: 'M9 18V5l11-2v13M9 18a3 3 0 1 1-6 0 3 3 0 0 1 6 0Zm11-2a3 3 0 1 1-6 0 3 3 0 0 1 6 0Z',
  search: 'M11 18a7 7 0 1 0 0-14 7 7 0 0 0 0 14Zm5-2 5 5',
  artist: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8Zm-8 9c0-4 3.6-6 8-6s8 2 8 6',
  album: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-6a3 3 0 1 0 0-6 3 3 0 0 0 0 6Z',
  genre: 'M4 4h7l9 9-7 7-9-9V4Zm4 4h.01',
  charts: 'M5 20v-7m7 7V4m7 16v-11',
  channels: 'M3 7h18v12H3V7Zm5-4 4 4 4-4',
  queue: 'M4 6h16M4 12h16M4 18h9',
  receipt: 'M6 3h12v18l-3-2-3 2-3-2-3 2V3Zm3 5h6m-6 4h6',
  settings: 'M4 7h9m5 0h2M4 17h2m5 0h9M15.5 9.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5ZM8.5 19.5a2.5 2.5 0 1 0 0-5 2.5 2.5 0 0 0 0 5Z',
  phone: 'M7 2h10v20H7V2Zm4 17h2',
  coin: 'M12 21a9 9 0 1 0 0-18 9 9 0 0 0 0 18Zm0-13v8m-3-4h6',
  back: 'M10 5 3 12l7 7M4 12h17',
  pause: 'M8 5v14M16 5v14',
  play: 'M7 4v16l13-8L7 4Z',
  skip: 'M5 4v16l10-8L5 4Zm14 0v16',
  hold: 'M12 3v6m0 12v-6M4 12h16',
  minus: 'M5 12h14',
  plus: 'M12 5v14M5 12h14',
  listen: 'M4 15v-3a8 8 0 0 1 16 0v3M4 15a2 2 0 0 1 4 0v3a2 2 0 0 1-4 0v-3Zm16 0a2 2 0 0 0-4 0v3a2 2 0 0 0 4 0v-3Z',
  check: 'm4 12 6 6L20 6',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { readonly name: IconName }): JSX.Element {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d={PATHS[name]} />
    </svg>
  );
}
