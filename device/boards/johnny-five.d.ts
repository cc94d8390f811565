/** The few parts of johnny-five 2 that the boards use; the package brings no types. */
declare module 'johnny-five' {
  import type { EventEmitter } from 'node:events';

  interface BoardOptions {
    readonly io: EventEmitter;
    readonly repl: boolean;
    readonly debug: boolean;
    readonly sigint: boolean;
  }
  class Board extends EventEmitter {
    constructor(options: BoardOptions);
    readonly isReady: boolean;
  }
  interface ButtonOptions {
    readonly board: Board;
    readonly pin: number;
    readonly isPullup: boolean;
  }
  class Button extends EventEmitter {
    constructor(options: ButtonOptions);
  }
  class Led {
    constructor(options: { readonly board: Board; readonly pin: number });
    on(): this;
    off(): this;
  }
  class Relay {
    constructor(options: { readonly board: Board; readonly pin: number; readonly type: 'NO' | 'NC' });
    open(): this;
    close(): this;
  }
  const johnnyFive: { readonly Board: typeof Board; readonly Button: typeof Button; readonly Led: typeof Led; readonly Relay: typeof Relay };
  export default johnnyFive;
}

declare module 'firmata-io' {
  import type { EventEmitter } from 'node:events';

  class Firmata extends EventEmitter {
    constructor(transport: NodeJS.ReadWriteStream, options?: { readonly reportVersionTimeout?: number });
    readonly isReady: boolean;
    readonly firmware: { readonly name: string };
    reportVersion(callback: () => void): void;
    queryFirmware(callback: () => void): void;
    readonly pins: readonly { readonly value?: number }[];
    pinMode(pin: number, mode: number): void;
    digitalRead(pin: number, report: (level: number) => void): void;
    sysexResponse(number: number, handler: (bytes: readonly number[]) => void): void;
    clearSysexResponse(number: number): void;
    sysexCommand(message: readonly number[]): void;
  }
  const firmata: { readonly Firmata: typeof Firmata };
  export default firmata;
}
