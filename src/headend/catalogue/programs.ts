/** The programs that ingest runs; tests name one that does not exist. */
export interface MediaPrograms {
  readonly ffmpeg: string;
  readonly ffprobe: string;
}

export const mediaPrograms: MediaPrograms = { ffmpeg: 'ffmpeg', ffprobe: 'ffprobe' };

/**
 * A local file as an argument of ffmpeg: never an option, never another protocol, whatever its name is. A list file (m3u8,
 * concat) must not make ffmpeg open the network.
 */
export function inputFile(path: string): readonly string[] {
  return ['-protocol_whitelist', 'file,pipe', '-i', `file:${path}`];
}

/** The words of ffmpeg's first error, short and without its addresses and our paths. */
export function plainReason(errors: readonly string[], path: string): string {
  const line = errors[0] ?? 'ffmpeg could not read it';
  const words = line
    .replaceAll(`file:${path}`, '')
    .replaceAll(path, '')
    .replaceAll(/\[[^\]]*\]\s*/g, '')
    .replace(/^[:\s]+/, '')
    .trim();
  return printable(words).slice(0, 160) || 'ffmpeg could not read it';
}

/** A name or message from outside, on one line and without control or direction characters. */
export function printable(text: string): string {
  return text
    .toWellFormed()
    .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
    .replaceAll(/ {2,}/g, ' ')
    .trim();
}
