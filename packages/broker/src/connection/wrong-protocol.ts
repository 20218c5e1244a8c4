const TLS_HANDSHAKE_PREFIX = 0x1603;
const HTTP_METHODS = ['GET ', 'POST', 'PUT ', 'HEAD', 'DELE', 'OPTI', 'PATC', 'CONN', 'PRI '];

/** What the first four bytes probably were, in words for the log, when they make no sense as a frame's length. */
export function describeBadLength(length: number, frameSizeBytesMax: number): string {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(length);
  const text = bytes.toString('latin1');
  if (length >>> 16 === TLS_HANDSHAKE_PREFIX) return 'a TLS handshake on a plaintext listener';
  if (HTTP_METHODS.includes(text)) return 'an HTTP request on a Kafka listener';
  if (text === 'SSH-') return 'an SSH client on a Kafka listener';
  if (length < 0) return `a negative length (${length})`;
  return `a length of ${length} bytes, above socket.request.max.bytes (${frameSizeBytesMax})`;
}
