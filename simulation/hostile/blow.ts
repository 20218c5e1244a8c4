import { APIS } from '@sluice/protocol/generated/apis';
import type { Battlefield, Blow } from './attack.ts';
import { frameOf, type RecordedRequest } from './corpus.ts';
import { API_KEYS_THAT_MAY_WAIT } from './may-wait.ts';
import { openRaw, type RawConnection } from './raw-connection.ts';

/** ApiVersions v0: every broker answers it at once, so it shows whether the request before it was dealt with. */
const PROBE_CORRELATION_ID = 0x7e57;
const PROBE = frameOf({ apiKey: 18, version: 0, body: Buffer.alloc(0) }, PROBE_CORRELATION_ID);

/** Sends a request, whatever has become of it, as `sendAndProbe` does. */
export function sendRequest(field: Battlefield, request: RecordedRequest): Promise<Blow> {
  const name = APIS.get(request.apiKey)?.name ?? `API ${request.apiKey}`;
  const mayWait = API_KEYS_THAT_MAY_WAIT.has(request.apiKey);
  return sendAndProbe(field, [frameOf(request, 1)], `${name} v${request.version}`, mayWait);
}

/**
 * Sends the bytes, then a probe, on a connection of their own: the broker must answer the probe or close. With
 * `mayWait` silence is no violation.
 */
export async function sendAndProbe(
  field: Battlefield,
  bytes: readonly Buffer[],
  what: string,
  mayWait = false,
): Promise<Blow> {
  const connection = await openRaw(field.target);
  try {
    connection.send(...bytes, PROBE);
    const deadline = performance.now() + field.limits.answerMs;
    for (;;) {
      const frame = await connection.next(Math.max(0, deadline - performance.now()));
      if (frame === 'closed') return { outcome: 'closed' };
      if (frame === 'silent') return mayWait ? { outcome: 'held' } : silence(field, what);
      if (frame.length >= 4 && frame.readInt32BE(0) === PROBE_CORRELATION_ID) return { outcome: 'answered' };
    }
  } finally {
    connection.destroy();
  }
}

/** Sends bytes that no broker can make sense of: it must close the connection. */
export async function sendAndExpectClose(field: Battlefield, bytes: readonly Buffer[]): Promise<Blow> {
  const connection = await openRaw(field.target);
  try {
    connection.send(...bytes);
    return await expectClose(connection, field.limits.answerMs);
  } finally {
    connection.destroy();
  }
}

/** Waits until the broker closes, whatever it says first. */
async function expectClose(connection: RawConnection, limitMs: number): Promise<Blow> {
  const deadline = performance.now() + limitMs;
  for (;;) {
    const frame = await connection.next(Math.max(0, deadline - performance.now()));
    if (frame === 'closed') return { outcome: 'closed' };
    if (frame === 'silent') return { outcome: 'held', violation: `not closed within ${limitMs} ms` };
  }
}

function silence(field: Battlefield, what: string): Blow {
  return { outcome: 'held', violation: `${what}: neither answered nor closed within ${field.limits.answerMs} ms` };
}
