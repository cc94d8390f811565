// Runs inside the virtual machine: the box's own GPIO back-end, telling what it sees. Line 1 drives line 6; line 4 kills this process.
import { GpiodPins } from '../../device/boards/gpiod-pins.ts';
import { GPIO_BOARDS } from '../../device/boards/wiring.ts';

const SETTLED_MS = 1_500;
const DRIVES = 1;
const DRIVEN = 6;
const KILLS = 4;

const pins = await GpiodPins.open(GPIO_BOARDS['qemu-virt'], (message) => console.log(`GONE ${message}`));
pins.onEdge(({ pin, high, atNs }) => {
  console.log(`EDGE ${pin} ${high ? 1 : 0} ${atNs}`);
  if (pin === DRIVES) pins.write(DRIVEN, !high);
  if (pin === KILLS && !high) process.kill(process.pid, 'SIGKILL');
});
setTimeout(() => console.log(`READY ${pins.name}`), SETTLED_MS);
