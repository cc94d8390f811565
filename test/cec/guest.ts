// Runs inside the virtual machine: the box's own television desk on the kernel's CEC device, and a television (cec-follower) on the other end.
import { execFileSync, spawn } from 'node:child_process';
import { CecTool } from '../../device/television/cec-tool.ts';
import { Television } from '../../device/television/television.ts';
import { systemClock } from '../../src/platform/system-clock.ts';

const TV = '/dev/cec0';
const BOX = '/dev/cec1';
const SETTLED_MS = 1_500;
const STANDBY_MS = 1_000;
const log = { info: () => {}, warn: (event: string, facts?: object) => console.log(`WARN ${event} ${JSON.stringify(facts)}`) };
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const tell = (what: string, seen: unknown): void => console.log(`SEEN ${what}: ${String(seen)}`);

const nobody = new Television({ bus: new CecTool('/dev/cec9'), clock: systemClock, log, standbyMs: STANDBY_MS, volume: true });
tell('no device', `${await nobody.on()} ${await nobody.power()}`);

// A box on a line where nobody is: the kernel's device is there, and nobody takes what it says.
const alone = new CecTool(BOX);
tell('nobody there', `${await alone.join()} ${await alone.send('image-view-on')} ${await alone.power()}`);

execFileSync('cec-ctl', ['-d', TV, '--tv', '--osd-name', 'Telly'], { stdio: 'ignore' });
const follower = spawn('cec-follower', ['-d', TV, '--show-msgs', '--show-state'], { stdio: ['ignore', 'pipe', 'inherit'] });
const monitor = spawn('cec-ctl', ['-d', TV, '--monitor-all', '--show-raw', '--skip-info'], { stdio: ['ignore', 'pipe', 'inherit'] });
monitor.stdout.on('data', (bytes) => process.stdout.write(String(bytes).replaceAll(/^/gm, 'LINE ')));
follower.stdout.on('data', (bytes) => process.stdout.write(String(bytes).replaceAll(/^/gm, 'TV ')));
await pause(SETTLED_MS);

const set = new Television({ bus: new CecTool(BOX), clock: systemClock, log, standbyMs: STANDBY_MS, volume: true });
await set.off(true);
await pause(SETTLED_MS);
tell('asleep', await set.power());
set.follow({ playback: 'playing.flowing', service: 'inService', standby: false });
await set.power();
await pause(SETTLED_MS);
tell('plays', await set.power());
tell('takes volume', set.takes('KEY_VOLUMEUP', 'short'));
set.takes('KEY_MUTE', 'short');
await set.power();
set.follow({ playback: 'browse', service: 'inService', standby: false });
await pause(STANDBY_MS + SETTLED_MS);
await set.power();
await pause(SETTLED_MS);
tell('slept', await set.power());
console.log('ENDED');
