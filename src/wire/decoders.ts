import type { Decoder } from './sdp.ts';

/** Reads a list such as `hevc-2160,h264-720`, the best first; null where it is none. */
export function parseDecoders(text: string): readonly Decoder[] | null {
  const items = text.split(',').map((item) => /^(h264|hevc)-([1-9][0-9]{1,3})$/.exec(item.trim()));
  const decoders = items.flatMap((match): readonly Decoder[] =>
    match === null ? [] : [{ codec: match[1] === 'hevc' ? 'hevc' : 'h264', height: Number(match[2]) }],
  );
  return decoders.length === items.length ? decoders : null;
}

export function decodersText(decoders: readonly Decoder[]): string {
  return decoders.map(({ codec, height }) => `${codec}-${height}`).join(',');
}
