/**
 * The records of an evdev device, /dev/input/eventN, on 64-bit Linux: struct input_event of include/uapi/linux/input.h, 24 bytes:
 * seconds and microseconds (8 bytes each), type and code (16 bits each), value (32 bits, signed), all little endian.
 */
export const INPUT_EVENT_BYTES = 24;

export const EV_KEY = 1;
export const EV_MSC = 4;
export const MSC_SCAN = 4;

export interface InputEvent {
  readonly type: number;
  readonly code: number;
  /** Of a key: 0 up, 1 down, 2 held (the kernel's own repeat). Of MSC_SCAN: the remote's scancode. */
  readonly value: number;
}

/** The whole records at the beginning of `bytes`; what is left over is the beginning of the next one. */
export function decodeInputEvents(bytes: Uint8Array): { readonly events: readonly InputEvent[]; readonly rest: Uint8Array } {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const count = Math.floor(bytes.length / INPUT_EVENT_BYTES);
  const events = Array.from({ length: count }, (_, index) => {
    const at = index * INPUT_EVENT_BYTES + 16;
    return { type: view.getUint16(at, true), code: view.getUint16(at + 2, true), value: view.getInt32(at + 4, true) };
  });
  return { events, rest: bytes.slice(count * INPUT_EVENT_BYTES) };
}

/** An input device as /proc/bus/input/devices lists it. */
export interface InputDevice {
  readonly name: string;
  /** The event file, such as `event3`. */
  readonly handler: string;
  /** It sends keys at all. */
  readonly keys: boolean;
}

/** Reads /proc/bus/input/devices; devices without an event file are left out. */
export function parseInputDevices(text: string): readonly InputDevice[] {
  return text.split('\n\n').flatMap((block) => {
    const name = /^N: Name="(.*)"$/m.exec(block)?.[1];
    const handler = /^H: Handlers=.*\b(event\d+)\b/m.exec(block)?.[1];
    if (name === undefined || handler === undefined) return [];
    return [{ name, handler, keys: /^B: KEY=.*[1-9a-f]/m.test(block) }];
  });
}
