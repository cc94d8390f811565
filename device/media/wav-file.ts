const HEAD_BYTES = 44;
/** Where the parts of a head must have begun. */
const HEAD_BYTES_MAX = 4_096;

/** Sound of one channel. */
export interface Recording {
  readonly rateHz: number;
  /** -1 to 1. */
  readonly samples: Float32Array;
}

/** A WAV file of 16 bits. */
export function wavFile({ rateHz, samples }: Recording): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES + 2 * samples.length));
  new Uint8Array(view.buffer).set(wavHead(rateHz, 1, 2 * samples.length));
  for (const [place, value] of samples.entries()) view.setInt16(HEAD_BYTES + 2 * place, Math.round(32_767 * Math.max(-1, Math.min(1, value))), true);
  return new Uint8Array(view.buffer);
}

/** What stands before the samples of 16 bits. */
export function wavHead(rateHz: number, channels: number, dataBytes: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(HEAD_BYTES));
  const word = (at: number, text: string): void => {
    for (const [place, letter] of [...text].entries()) view.setUint8(at + place, letter.charCodeAt(0));
  };
  word(0, 'RIFF');
  view.setUint32(4, Math.min(HEAD_BYTES - 8 + dataBytes, 0xffff_ffff), true);
  word(8, 'WAVEfmt ');
  view.setUint32(16, 16, true);
  view.setUint16(20, 1, true);
  view.setUint16(22, channels, true);
  view.setUint32(24, rateHz, true);
  view.setUint32(28, 2 * channels * rateHz, true);
  view.setUint16(32, 2 * channels, true);
  view.setUint16(34, 16, true);
  word(36, 'data');
  view.setUint32(40, dataBytes, true);
  return new Uint8Array(view.buffer);
}

/**
 * One channel, the first if none is named, of a WAV file of 16-bit samples or 32-bit floats, as mpv and arecord write them; sizes in the head of an unfinished file are not
 * believed. Null: it is none.
 */
export function readWav(bytes: Uint8Array, channel = 0): Recording | null {
  const file = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const text = Buffer.from(bytes.subarray(0, HEAD_BYTES_MAX)).toString('latin1');
  const [format, data] = [text.indexOf('fmt '), text.indexOf('data')];
  if (!text.startsWith('RIFF') || format < 0 || data < format + 24) return null;
  const channels = file.getUint16(format + 10, true);
  const rateHz = file.getUint32(format + 12, true);
  const bits = file.getUint16(format + 22, true);
  // Whatever the head calls them: ALSA's file plugin calls floats whole numbers.
  const float = bits === 32;
  if (channels <= channel || rateHz === 0 || (!float && bits !== 16)) return null;
  const frameBytes = (channels * bits) / 8;
  const sample = (index: number): number => {
    const at = data + 8 + index * frameBytes + (channel * bits) / 8;
    return float ? file.getFloat32(at, true) : file.getInt16(at, true) / 32_768;
  };
  return { rateHz, samples: Float32Array.from({ length: Math.max(0, Math.floor((bytes.length - data - 8) / frameBytes)) }, (_, index) => sample(index)) };
}
