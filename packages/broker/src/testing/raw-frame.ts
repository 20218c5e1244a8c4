/** Of the APIs of transactions. */
const FLEXIBLE_FROM: Readonly<Record<number, number>> = { 24: 3, 27: 1, 28: 3, 61: 0, 65: 0, 66: 0 };

/** A request's frame with this body, whatever it is. */
export function rawFrame(apiKey: number, version: number, body: Buffer): Buffer {
  const isFlexible = version >= (FLEXIBLE_FROM[apiKey] ?? 0);
  const header = Buffer.alloc(isFlexible ? 11 : 10);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(1, 4);
  header.writeInt16BE(-1, 8);
  const size = Buffer.alloc(4);
  size.writeInt32BE(header.length + body.length);
  return Buffer.concat([size, header, body]);
}
