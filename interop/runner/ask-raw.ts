import { type Connection, openConnection } from '../../conformance/wire/connection.ts';
import type { JsonObject } from '../../conformance/wire/decode.ts';
import type { Body } from '../../conformance/wire/encode.ts';
import { decodeAnswer, requestFrame } from '../../conformance/wire/frame.ts';

const answerTimeoutMs = 30_000;

/** One request as it stands, and its answer; no client under test is needed for it. */
export async function askRaw(connection: Connection, api: string, version: number, body: Body): Promise<JsonObject> {
  connection.send(requestFrame(api, version, 1, body));
  const reply = await connection.receive(answerTimeoutMs);
  if (typeof reply === 'string') throw new Error(`${api}: the connection is ${reply}`);
  return decodeAnswer(api, version, 1, reply);
}

/** The same on a connection of its own, to the first of the brokers that is there. */
export async function askRawOnce(bootstrap: string, api: string, version: number, body: Body): Promise<JsonObject> {
  const connection = await connectToAny(bootstrap.split(','));
  try {
    return await askRaw(connection, api, version, body);
  } finally {
    connection.close();
  }
}

async function connectToAny([address = '', ...others]: readonly string[]): Promise<Connection> {
  const [host = '', port] = address.split(':');
  try {
    return await openConnection(host, Number(port));
  } catch (cause) {
    if (others.length === 0) throw cause;
    return connectToAny(others);
  }
}
