import { concatBytes } from '../../src/units/bytes.ts';
import { ByteWriter } from '../../src/wire/byte-reader.ts';

const LOCALHOST = Uint8Array.of(127, 0, 0, 1);

/** A capture file of raw IPv4 packets (link type 101), 20 ms apart. */
export function writePcap(packets: readonly Uint8Array[]): Uint8Array {
  const head = new ByteWriter(24).u32(0xa1b2c3d4).u16(2).u16(4).u32(0).u32(0).u32(65_535).u32(101).finish();
  const records = packets.flatMap((packet, index) => {
    const microseconds = 20_000 * index;
    return [new ByteWriter(16).u32(1_800_000_000).u32(microseconds).u32(packet.length).u32(packet.length).finish(), packet];
  });
  return concatBytes(head, ...records);
}

/** IPv4 and UDP around a payload; both ports are the same, checksums are left out as the protocols allow. */
export function udpDatagram(port: number, payload: Uint8Array): Uint8Array {
  const udp = new ByteWriter(8)
    .u16(port)
    .u16(port)
    .u16(8 + payload.length)
    .u16(0)
    .finish();
  return ipv4(17, concatBytes(udp, payload));
}

/** @param position relative sequence number of the first byte */
export function tcpSegment(port: number, position: number, payload: Uint8Array): Uint8Array {
  const tcp = new ByteWriter(20).u16(port).u16(port).u32(position).u32(1).u8(0x50).u8(0x18).u16(65_535).u16(0).u16(0).finish();
  return ipv4(6, concatBytes(tcp, payload));
}

function ipv4(protocol: number, payload: Uint8Array): Uint8Array {
  const header = new ByteWriter(20)
    .u8(0x45)
    .u8(0)
    .u16(20 + payload.length)
    .u32(0)
    .u8(64)
    .u8(protocol)
    .u16(0)
    .bytes(LOCALHOST)
    .bytes(LOCALHOST)
    .finish();
  return concatBytes(header, payload);
}
