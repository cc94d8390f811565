import { createInterface } from 'node:readline';
import type { Duplex } from 'node:stream';
import { boxCommands } from '../commands/box-commands.ts';
import { encode } from '../screen/view-stream.ts';
import type { BoxControl } from '../session/box-view.ts';

const COLUMNS = 80;
const PROMPT = 'ackbox> ';

/** One technician on one line: echo, editing, history, Tab, and a command at a time. Works on anything that is a duplex stream. */
export function openConsoleSession(line: Duplex, box: BoxControl): () => void {
  // A serial line has no window size of its own.
  const output = Object.assign(line, { columns: COLUMNS });
  const reader = createInterface({ input: line, output, terminal: true, historySize: 100, completer: complete });
  const print = (text: string): void => void line.write(`${text.replaceAll('\n', '\r\n')}\r\n`);
  print(`Ackbox ${box.view().name}. help lists the commands; "| json" after one gives its data.`);
  reader.setPrompt(PROMPT);
  reader.prompt();
  reader.on('line', (typed) => {
    reader.pause();
    void answer(box, typed)
      .then((text) => text !== '' && print(text))
      .finally(() => {
        reader.resume();
        reader.prompt();
      });
  });
  // Ctrl-C drops the line that was begun; the session stays.
  reader.on('SIGINT', () => {
    line.write('^C\r\n');
    reader.write(null, { ctrl: true, name: 'u' });
    reader.prompt();
  });
  return () => reader.close();
}

async function answer(box: BoxControl, typed: string): Promise<string> {
  const asJson = /\|\s*json\s*$/.exec(typed);
  const line = asJson === null ? typed.trim() : typed.slice(0, asJson.index).trim();
  if (line === '') return '';
  const outcome = await box.command(line, { role: 'technician', surface: 'console' });
  if (asJson !== null) return encode({ ok: outcome.ok, code: outcome.code, data: outcome.data });
  return outcome.ok ? outcome.text : `${outcome.text} (${outcome.code})`;
}

function complete(typed: string): [string[], string] {
  return [boxCommands.map((command) => command.name).filter((name) => name.startsWith(typed)), typed];
}
