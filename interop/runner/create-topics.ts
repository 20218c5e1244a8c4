import { connect } from 'node:net';

export type NewTopic = {
  readonly name: string;
  readonly partitions?: number;
  readonly configs?: Readonly<Record<string, string>>;
};

const createTopicsKey = 19;
const timeoutMs = 30_000;

/**
 * Makes topics, with as many replicas as the server has by default, with a CreateTopics v4 request written by hand, so that no client under test is needed to set its own
 * stage. Records keep for ever: the cases use timestamps of the past, which retention would delete.
 */
export async function createTopics(bootstrap: string, topics: readonly NewTopic[]): Promise<void> {
  const body = Buffer.concat([
    int32(topics.length),
    ...topics.flatMap(({ name, partitions = 1, configs = {} }) => {
      const entries = Object.entries({ 'retention.ms': '-1', ...configs });
      const encoded = entries.flatMap(([key, value]) => [string(key), string(value)]);
      return [string(name), int32(partitions), int16(-1), int32(0), int32(entries.length), ...encoded];
    }),
    int32(timeoutMs),
    Buffer.of(0),
  ]);
  const answer = await exchange(bootstrap, createTopicsKey, 4, body);
  let at = 4; // throttle time
  const count = answer.readInt32BE(at);
  at += 4;
  for (let index = 0; index < count; index += 1) {
    const nameLength = answer.readInt16BE(at);
    const name = answer.toString('utf8', at + 2, at + 2 + nameLength);
    at += 2 + nameLength;
    const code = answer.readInt16BE(at);
    at += 2;
    const messageLength = answer.readInt16BE(at);
    at += 2 + Math.max(0, messageLength);
    if (code !== 0) throw new Error(`topic ${name} could not be created: error ${code}`);
  }
}

function exchange(bootstrap: string, apiKey: number, version: number, body: Buffer): Promise<Buffer> {
  const [host, port] = (bootstrap.split(',')[0] ?? '').split(':');
  const header = Buffer.concat([int16(apiKey), int16(version), int32(1), string('interop')]);
  return new Promise((resolve, reject) => {
    const socket = connect({ host: host ?? '', port: Number(port) });
    const chunks: Buffer[] = [];
    socket.setTimeout(timeoutMs, () => socket.destroy(new Error('no answer to CreateTopics')));
    socket.on('error', reject);
    socket.on('close', () => reject(new Error('the connection closed without an answer to CreateTopics')));
    socket.on('connect', () => socket.write(Buffer.concat([int32(header.length + body.length), header, body])));
    socket.on('data', (chunk) => {
      chunks.push(chunk);
      const received = Buffer.concat(chunks);
      if (received.length < 4 || received.length < 4 + received.readInt32BE(0)) return;
      resolve(received.subarray(8));
      socket.destroy();
    });
  });
}

function int16(value: number): Buffer {
  const buffer = Buffer.alloc(2);
  buffer.writeInt16BE(value);
  return buffer;
}

function int32(value: number): Buffer {
  const buffer = Buffer.alloc(4);
  buffer.writeInt32BE(value);
  return buffer;
}

function string(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([int16(bytes.length), bytes]);
}
