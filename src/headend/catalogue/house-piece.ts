import type { Score } from './synth/score.ts';

/** One piece of the house catalogue: what it is called, how it sounds, what its cover shows. */
export interface HousePiece {
  /** Names the piece across versions. */
  readonly name: string;
  readonly title: string;
  readonly artist: string;
  readonly genre: string;
  readonly free: boolean;
  readonly score: Score;
  readonly cover: {
    readonly top: number;
    readonly bottom: number;
    readonly accent: number;
    readonly shape: 'sun' | 'waves' | 'rings' | 'rain' | 'hills' | 'tiles';
  };
}
