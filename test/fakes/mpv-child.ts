import { readFileSync } from 'node:fs';
import { MpvPlayer } from '../../device/media/mpv-player.ts';
import { systemClock } from '../../src/platform/system-clock.ts';
import { sleep } from '../../src/ports/clock.ts';
import { demuxOggOpus } from './ogg-opus-demux.ts';

/** An app that is killed while its player plays: started with the player's folder and an Opus file, it writes a second and waits. */
const [home = '', opus = ''] = process.argv.slice(2);
const file = demuxOggOpus(new Uint8Array(readFileSync(opus)));
if (!file.ok) throw new Error(file.error.message);
const player = new MpvPlayer({ folder: home, output: 'null', clock: systemClock }, { info: () => {}, warn: () => {} });
await player.open({ channels: file.value.channels, preSkip: 0, startSample: 48_000, gainDb: 0 });
for (const packet of file.value.packets) player.write(packet);
while ((await player.heardSample()) < 48_000 + 4_800) await sleep(systemClock, 10);
console.log('playing');
await sleep(systemClock, 60_000);
