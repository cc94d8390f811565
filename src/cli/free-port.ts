import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';

/** A port that is free now, where none was asked for: programs know each other's address by it, also when one of them starts again. */
export async function freePort(wanted: number): Promise<number> {
  if (wanted !== 0) return wanted;
  const probe = createServer().listen(0, '127.0.0.1');
  await once(probe, 'listening');
  const { port } = probe.address() as AddressInfo;
  probe.close();
  await once(probe, 'close');
  return port;
}
