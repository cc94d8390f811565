import { readFileSync } from 'node:fs';
import type { Decoder } from '../../src/wire/sdp.ts';

/**
 * What boards show of films, the best first (ruling 21): in hardware where there is any, and what their processor still can.
 * The model is what the firmware writes into the device tree.
 */
const BOARDS: readonly { readonly model: RegExp; readonly decodes: readonly Decoder[] }[] = [
  { model: /Raspberry Pi 5|Compute Module 5|Raspberry Pi 500/, decodes: [hevc(2_160), h264(1_080)] },
  { model: /Raspberry Pi 4|Compute Module 4|Raspberry Pi 400/, decodes: [hevc(2_160), h264(1_080)] },
  { model: /Raspberry Pi 3|Raspberry Pi Zero 2|Compute Module 3/, decodes: [h264(1_080)] },
  { model: /Raspberry Pi/, decodes: [h264(720)] },
];
/** A computer. */
const ANY: readonly Decoder[] = [h264(2_160), hevc(2_160)];
const MODEL_FILE = '/proc/device-tree/model';

/** What this machine shows. @param model as the device tree says it; null where there is none */
export function decodersOf(model: string | null = readModel()): readonly Decoder[] {
  if (model === null) return ANY;
  return BOARDS.find((board) => board.model.test(model))?.decodes ?? ANY;
}

function readModel(): string | null {
  try {
    return readFileSync(MODEL_FILE, 'utf8').replaceAll('\0', '');
  } catch {
    return null;
  }
}

function h264(height: number): Decoder {
  return { codec: 'h264', height };
}

function hevc(height: number): Decoder {
  return { codec: 'hevc', height };
}
