import type { Attack } from '../attack.ts';
import { pick } from '../attack.ts';
import { sendAndExpectClose } from '../blow.ts';

/** A TLS 1.2 record with a ClientHello of TLS 1.3 for "localhost", as far as any parser gets before it knows. */
const TLS_CLIENT_HELLO = Buffer.from(
  '16030100c8010000c40303' +
    '5a'.repeat(32) +
    '20' +
    'a5'.repeat(32) +
    '0006130113021303' +
    '01000075' +
    '00'.repeat(117),
  'hex',
);

const OPENINGS: readonly Buffer[] = [
  TLS_CLIENT_HELLO,
  Buffer.from('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n'),
  Buffer.from('POST /topics/orders HTTP/1.1\r\nContent-Length: 5\r\n\r\nhello'),
  Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'),
  Buffer.from('SSH-2.0-OpenSSH_9.9\r\n'),
  Buffer.from('EHLO localhost\r\n'),
  Buffer.from('*1\r\n$4\r\nPING\r\n'),
];

/** F22: other protocols on Kafka's port. As a frame's size their first bytes are absurd, so each is closed at once. */
export const wrongProtocol: Attack = {
  name: 'wrong-protocol',
  fault: 'F22',
  weight: 2,
  strike: (field, random) => sendAndExpectClose(field, [pick(random, OPENINGS)]),
};
