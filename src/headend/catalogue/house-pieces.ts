import type { HousePiece } from './house-piece.ts';
import { eveningPieces } from './house-pieces-evening.ts';

/** Raised whenever a change here, in the synthesizer or in the covers changes a work. */
export const HOUSE_VERSION = 1;
export const HOUSE_ALBUM = 'From the House';
export const HOUSE_YEAR = 2026;

const harbour: HousePiece = {
  name: 'harbour',
  title: 'Harbour at Six',
  artist: 'The Quiet Machines',
  genre: 'Downtempo',
  free: false,
  cover: { top: 0x2b3a67, bottom: 0xf2a65a, accent: 0xffe3b3, shape: 'sun' },
  score: {
    beatsPerMinute: 84,
    stepsPerBeat: 4,
    beatsPerBar: 4,
    swing: 0.18,
    key: 53,
    scale: 'major',
    chordTones: 4,
    gain: 0.56,
    room: 0.3,
    parts: {
      keys: { kind: 'chord', tone: 'keys', centre: 60, pattern: 'x-----o---x-----', gain: 0.2, pan: -0.15 },
      bass: { kind: 'tones', tone: 'bass', centre: 38, pattern: '1-----5-8---5---', gain: 0.5, pan: 0 },
      tune: { kind: 'tones', tone: 'box', centre: 72, pattern: '5---3-5-------..8---7-5-3-------5---3-5-------..9---8-5---------', gain: 0.26, pan: 0.25 },
      answer: { kind: 'tones', tone: 'flute', centre: 67, pattern: '3-------5---6---5-----------....3-------2---1---3-----------....', gain: 0.2, pan: -0.3 },
      kick: { kind: 'drum', drum: 'kick', pattern: 'x.....o.x.......', gain: 0.55, pan: 0 },
      brush: { kind: 'drum', drum: 'brush', pattern: '....x.......x..o', gain: 0.3, pan: 0.1 },
      hat: { kind: 'drum', drum: 'hat', pattern: 'x.o.x.o.x.o.x.oo', gain: 0.12, pan: 0.35 },
    },
    sections: [
      { bars: 4, chords: '1624', parts: ['keys', 'hat'] },
      { bars: 8, chords: '16251345', parts: ['keys', 'bass', 'kick', 'brush', 'hat', 'tune'] },
      { bars: 8, chords: '46254615', parts: ['keys', 'bass', 'kick', 'brush', 'hat', 'answer'] },
      { bars: 8, chords: '16251345', parts: ['keys', 'bass', 'kick', 'brush', 'hat', 'tune', 'answer'] },
      { bars: 4, chords: '1621', parts: ['keys', 'bass', 'hat'] },
    ],
  },
};

const lanterns: HousePiece = {
  name: 'lanterns',
  title: 'Paper Lanterns',
  artist: 'Odette & the Clockwork',
  genre: 'Waltz',
  free: true,
  cover: { top: 0x3c1642, bottom: 0xd1495b, accent: 0xffd166, shape: 'rings' },
  score: {
    beatsPerMinute: 126,
    stepsPerBeat: 2,
    beatsPerBar: 3,
    swing: 0,
    key: 55,
    scale: 'major',
    chordTones: 3,
    gain: 0.62,
    room: 0.42,
    parts: {
      tune: { kind: 'tones', tone: 'box', centre: 74, pattern: '5---6-8-----7-5-3-5-----3---5-6-----5-3-2-1-----', gain: 0.36, pan: 0.1 },
      high: { kind: 'tones', tone: 'bells', centre: 84, pattern: '..3.5.......5.3...', gain: 0.12, pan: 0.5 },
      waltz: { kind: 'chord', tone: 'keys', centre: 62, pattern: '..o-o-', gain: 0.17, pan: -0.25 },
      bass: { kind: 'tones', tone: 'bass', centre: 41, pattern: '1-----5-----', gain: 0.42, pan: 0 },
      strings: { kind: 'chord', tone: 'strings', centre: 60, pattern: 'x-----', gain: 0.1, pan: -0.4 },
      shaker: { kind: 'drum', drum: 'shaker', pattern: '..o.o.', gain: 0.12, pan: 0.3 },
    },
    sections: [
      { bars: 4, chords: '1414', parts: ['waltz', 'bass'] },
      { bars: 16, chords: '1146264514625511', parts: ['waltz', 'bass', 'tune'] },
      { bars: 12, chords: '645164524455', parts: ['waltz', 'bass', 'strings', 'shaker', 'high'] },
      { bars: 16, chords: '1146264514625511', parts: ['waltz', 'bass', 'tune', 'strings', 'high', 'shaker'] },
      { bars: 16, chords: '4152415244551111', parts: ['waltz', 'bass', 'tune', 'strings'] },
    ],
  },
};

const tram: HousePiece = {
  name: 'tram',
  title: 'Night Tram',
  artist: 'Linie 9',
  genre: 'Electronic',
  free: false,
  cover: { top: 0x0b132b, bottom: 0x1c7293, accent: 0x5bc0be, shape: 'rain' },
  score: {
    beatsPerMinute: 112,
    stepsPerBeat: 4,
    beatsPerBar: 4,
    swing: 0,
    key: 57,
    scale: 'minor',
    chordTones: 3,
    gain: 0.52,
    room: 0.25,
    parts: {
      arp: { kind: 'tones', tone: 'pulse', centre: 64, pattern: '1.5.8.5.a.8.5.3.', gain: 0.3, pan: -0.3 },
      echo: { kind: 'tones', tone: 'pulse', centre: 76, pattern: '...1.5...8...5..', gain: 0.14, pan: 0.55 },
      bass: { kind: 'tones', tone: 'bass', centre: 40, pattern: '1-.1.-1-..1-..5-', gain: 0.55, pan: 0 },
      pad: { kind: 'chord', tone: 'pad', centre: 60, pattern: 'x---------------', gain: 0.2, pan: 0.15 },
      lead: { kind: 'tones', tone: 'strings', centre: 72, pattern: '5-------3---2---1-----------....3-------5---4---3-------2-------', gain: 0.2, pan: 0.1 },
      kick: { kind: 'drum', drum: 'kick', pattern: 'x...x...x...x...', gain: 0.6, pan: 0 },
      snare: { kind: 'drum', drum: 'snare', pattern: '....x.......x...', gain: 0.3, pan: 0.05 },
      hat: { kind: 'drum', drum: 'hat', pattern: '..x...x...x...xo', gain: 0.16, pan: 0.3 },
    },
    sections: [
      { bars: 4, chords: '1163', parts: ['arp'] },
      { bars: 8, chords: '11663377', parts: ['arp', 'bass', 'kick', 'hat'] },
      { bars: 12, chords: '163716371644', parts: ['arp', 'echo', 'bass', 'pad', 'kick', 'snare', 'hat'] },
      { bars: 4, chords: '6677', parts: ['pad', 'echo', 'hat'] },
      { bars: 16, chords: '1637', parts: ['arp', 'echo', 'bass', 'pad', 'lead', 'kick', 'snare', 'hat'] },
      { bars: 4, chords: '1111', parts: ['arp', 'pad'] },
    ],
  },
};

const kettle: HousePiece = {
  name: 'kettle',
  title: 'Copper Kettle Road',
  artist: 'Marsh & Miller',
  genre: 'Folk',
  free: false,
  cover: { top: 0x9ad1d4, bottom: 0x6a994e, accent: 0xbc4749, shape: 'hills' },
  score: {
    beatsPerMinute: 98,
    stepsPerBeat: 4,
    beatsPerBar: 4,
    swing: 0.08,
    key: 55,
    scale: 'major',
    chordTones: 3,
    gain: 0.8,
    room: 0.2,
    parts: {
      picking: { kind: 'tones', tone: 'pluck', centre: 55, pattern: '1-5-a-8-5-a-8-5-', gain: 0.42, pan: -0.3 },
      strum: { kind: 'chord', tone: 'pluck', centre: 60, pattern: 'x-----o-x---o-o-', gain: 0.24, pan: 0.35 },
      tune: { kind: 'tones', tone: 'flute', centre: 72, pattern: '3---5---6-5-3---2---1-------....3---5---8-6-5---3---2-------....', gain: 0.24, pan: 0.1 },
      fiddle: { kind: 'tones', tone: 'strings', centre: 67, pattern: '5-------3-------2---3---1-------', gain: 0.16, pan: -0.15 },
      bass: { kind: 'tones', tone: 'bass', centre: 40, pattern: '1-------5-------', gain: 0.42, pan: 0 },
      stomp: { kind: 'drum', drum: 'tom', pattern: 'x.......x.......', gain: 0.3, pan: 0 },
      shaker: { kind: 'drum', drum: 'shaker', pattern: 'o.x.o.x.o.x.o.x.', gain: 0.1, pan: 0.4 },
    },
    sections: [
      { bars: 4, chords: '1141', parts: ['picking'] },
      { bars: 8, chords: '14151645', parts: ['picking', 'bass', 'tune'] },
      { bars: 8, chords: '64156245', parts: ['picking', 'bass', 'strum', 'fiddle', 'stomp', 'shaker'] },
      { bars: 8, chords: '14151645', parts: ['picking', 'bass', 'strum', 'tune', 'stomp', 'shaker'] },
      { bars: 8, chords: '64156245', parts: ['picking', 'bass', 'strum', 'tune', 'fiddle', 'stomp', 'shaker'] },
      { bars: 4, chords: '1411', parts: ['picking', 'fiddle'] },
    ],
  },
};

/** Our own music, in the order in which it is rendered: the first one is what a fresh machine plays. */
export const housePieces: readonly HousePiece[] = [harbour, lanterns, tram, kettle, ...eveningPieces];
