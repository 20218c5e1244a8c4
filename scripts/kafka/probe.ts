import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** Metadata v0 for no topic in particular (an empty list asks for all): 14 bytes of header and a count of zero. */
const metadataRequest = Buffer.from('00000010' + '0003' + '0000' + '00000001' + '0002' + '7071' + '00000000', 'hex');

/** Resolves once a metadata request on a fresh connection is answered with at least one broker. */
export async function waitUntilServing(port: number, timeoutMs: number, host = '127.0.0.1'): Promise<void> {
  const deadline = performance.now() + timeoutMs;
  while (performance.now() < deadline) {
    if (await answersMetadata(port, host)) return;
    await sleep(5);
  }
  throw new Error(`${host}:${port} did not answer a metadata request within ${timeoutMs} ms`);
}

/** One attempt: true when a broker lists itself, false on refusal, silence of a second, or an empty cluster. */
function answersMetadata(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ port, host });
    let received = Buffer.alloc(0);
    const end = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => end(false));
    socket.on('connect', () => socket.write(metadataRequest));
    socket.on('error', () => end(false));
    socket.on('close', () => end(false));
    socket.on('data', (chunk) => {
      received = Buffer.concat([received, chunk]);
      // size, correlation id, number of brokers
      if (received.length >= 12) end(received.readInt32BE(8) > 0);
    });
  });
}
