// npm run firmware
import { join } from 'node:path';
import { buildFirmware } from '../device/firmware/build.ts';
import { scriptOptions } from '../test/script-options.ts';

const HELP = `Builds the panel board's firmware with Debian's gcc-avr and avr-libc.

usage: npm run firmware -- [--into DIR] [--json]

  --into DIR  where it goes (default: node_modules/.cache/ackbox-firmware)
  --json      one JSON object: hex, the path of the Intel hex file

Exit codes: 0 built, 1 failed, 2 wrong usage.
`;

const { into, json } = scriptOptions(HELP, { into: join(import.meta.dirname, '..', 'node_modules', '.cache', 'ackbox-firmware'), json: false });
const hex = buildFirmware(into);
process.stdout.write(json ? `${JSON.stringify({ hex })}\n` : `${hex}\nWrite it to the board with: avrdude -p m328p -c arduino -P /dev/ttyACM0 -U flash:w:${hex}\n`);
