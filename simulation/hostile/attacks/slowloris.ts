import { setTimeout as sleep } from 'node:timers/promises';
import { type Attack, type Battlefield, type Blow, pick } from '../attack.ts';
import { frameOf } from '../corpus.ts';
import { holdMany } from '../hold-many.ts';
import { openRaw, type RawConnection } from '../raw-connection.ts';

/** What is trickled: a whole request, a request's size and then nothing, the start of a TLS handshake, nothing at all. */
const REQUEST = frameOf({ apiKey: 18, version: 0, body: Buffer.alloc(0) }, 1);
const OPENINGS: readonly Buffer[] = [
  REQUEST,
  Buffer.from('000003e8', 'hex'),
  Buffer.from('16030100', 'hex'),
  Buffer.alloc(0),
];

/**
 * F20: connections that send a byte now and then, or nothing more. They cost little memory; where the broker's idle
 * timeout is known, it ends those that never complete a request, trickling or not.
 */
export const slowloris: Attack = {
  name: 'slowloris',
  fault: 'F20',
  weight: 0.05,
  async strike(field, random) {
    const opening = pick(random, OPENINGS);
    const stops: (() => void)[] = [];
    const begin = (connection: RawConnection) => stops.push(trickle(connection, opening, field.limits.holdMs / 8));
    try {
      if (field.limits.idleMs !== undefined) return await untilIdleTimeout(field, field.limits.idleMs, begin);
      return await holdMany(field, field.limits.connectionCount, begin);
    } finally {
      for (const stop of stops) stop();
    }
  },
};

/** Sends a byte per period, never the last one. */
function trickle(connection: RawConnection, bytes: Buffer, periodMs: number): () => void {
  let at = 0;
  const timer = setInterval(() => {
    if (connection.isClosed || at >= bytes.length - 1) clearInterval(timer);
    else connection.send(bytes.subarray(at, ++at));
  }, periodMs);
  return () => clearInterval(timer);
}

async function untilIdleTimeout(
  field: Battlefield,
  idleMs: number,
  begin: (connection: RawConnection) => void,
): Promise<Blow> {
  const connection = await openRaw(field.target);
  begin(connection);
  await sleep(idleMs * 2 + field.limits.answerMs);
  const { isClosed } = connection;
  connection.destroy();
  if (isClosed) return { outcome: 'closed' };
  return { outcome: 'held', violation: `open after twice the idle timeout of ${idleMs} ms` };
}
