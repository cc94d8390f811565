import { concatBytes } from '../../units/bytes.ts';
import type { HousePiece } from './house-piece.ts';

const SIDE = 480;

type Cover = HousePiece['cover'];
/** How much of the accent colour a point shows, 0 to 1; both coordinates from 0 to 1, from the top left. */
type Shape = (x: number, y: number) => number;

const SHAPES: Readonly<Record<Cover['shape'], Shape>> = {
  sun: (x, y) =>
    Math.max(
      edge(0.2 - Math.hypot(x - 0.5, y - 0.46)),
      y > 0.68 ? 0.5 * edge(0.012 - Math.abs(((y * 18) % 1) - 0.5) * 0.05) * edge(0.4 - Math.abs(x - 0.5)) : 0,
    ),
  waves: (x, y) =>
    0.75 * edge(0.02 - Math.abs(((y + 0.03 * Math.sin(x * 14 + y * 22)) * 9 - Math.floor((y + 0.03 * Math.sin(x * 14 + y * 22)) * 9) - 0.5) * 0.09)) * y,
  rings: (x, y) => Math.max(ring(x, y, 0.34, 0.38, 0.22), ring(x, y, 0.66, 0.55, 0.26), ring(x, y, 0.42, 0.74, 0.15)),
  rain: (x, y) =>
    0.9 * edge(0.006 - Math.abs(fraction((x + 0.25 * y) * 11) - 0.5) * 0.08) * (fraction(y * 3 + Math.floor((x + 0.25 * y) * 11) * 0.37) > 0.45 ? 1 : 0.1),
  hills: (x, y) =>
    Math.max(
      edge(0.09 - Math.hypot(x - 0.74, y - 0.24)),
      0.35 * edge(y - 0.62 - 0.09 * Math.sin(x * 6 + 1)),
      0.6 * edge(y - 0.76 - 0.07 * Math.sin(x * 8 + 3)),
    ),
  tiles: (x, y) => (fraction(x * 6) - 0.5 + (Math.floor(y * 6) % 2 === 0 ? 1 : -1) * (fraction(y * 6) - 0.5) > 0 ? 0.85 : 0.06),
};

/** The picture of a house piece, as a portable pixmap: a gradient and a shape in an accent colour. */
export function paintCover(cover: Cover): Uint8Array {
  const shape = SHAPES[cover.shape];
  const pixels = new Uint8Array(3 * SIDE * SIDE);
  for (let row = 0; row < SIDE; row += 1) {
    for (let column = 0; column < SIDE; column += 1) {
      const share = Math.max(0, Math.min(1, shape(column / SIDE, row / SIDE)));
      for (let channel = 0; channel < 3; channel += 1) {
        const ground = part(cover.top, channel) + ((part(cover.bottom, channel) - part(cover.top, channel)) * row) / SIDE;
        pixels[3 * (row * SIDE + column) + channel] = Math.round(ground + (part(cover.accent, channel) - ground) * share);
      }
    }
  }
  return concatBytes(new TextEncoder().encode(`P6\n${SIDE} ${SIDE}\n255\n`), pixels);
}

/** Soft by about two pixels, so that no line is jagged. */
function edge(inside: number): number {
  return Math.max(0, Math.min(1, 0.5 + (inside * SIDE) / 2));
}

function ring(x: number, y: number, centreX: number, centreY: number, radius: number): number {
  const distance = Math.hypot(x - centreX, y - centreY);
  return Math.max(edge(0.012 - Math.abs(distance - radius)), 0.35 * edge(radius - distance));
}

function fraction(value: number): number {
  return value - Math.floor(value);
}

function part(colour: number, channel: number): number {
  return (colour >> (16 - 8 * channel)) & 0xff;
}
