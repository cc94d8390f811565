import type { Socket } from 'node:net';

/** Gives each whole line of a connection to `take`. A line above `lineCharacters` ends the connection: its peer is none of ours. */
export function takeLines(socket: Socket, lineCharacters: number, take: (line: string) => void): void {
  let begun = '';
  socket.setEncoding('utf8');
  socket.on('data', (text) => {
    const lines = (begun + String(text)).split('\n');
    begun = lines.pop() ?? '';
    for (const line of lines) take(line);
    if (begun.length > lineCharacters) socket.destroy();
  });
}
