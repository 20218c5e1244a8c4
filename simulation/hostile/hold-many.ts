import { setTimeout as sleep } from 'node:timers/promises';
import type { Battlefield, Blow } from './attack.ts';
import { openRaw, type RawConnection } from './raw-connection.ts';

/** What a garbage-collected process may grow by for no reason that can be seen from outside. */
const ALLOWANCE_BYTES = 48 * 1024 * 1024;

/** Opens connections, lets each send, holds them all, and looks what they cost in resident memory. */
export async function holdMany(
  field: Battlefield,
  count: number,
  begin: (connection: RawConnection) => void,
): Promise<Blow> {
  const { watch, limits } = field;
  const before = watch?.now()?.residentBytes ?? 0;
  const peak = watch?.meterPeak();
  const opened = await Promise.allSettled(Array.from({ length: count }, () => openRaw(field.target)));
  const connections = opened.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
  try {
    for (const connection of connections) begin(connection);
    await sleep(limits.holdMs);
    const closed = connections.filter(({ isClosed }) => isClosed).length;
    const outcome = closed === connections.length ? 'closed' : 'held';
    if (peak === undefined) return { outcome };
    const allowed = ALLOWANCE_BYTES + count * limits.connectionSizeBytesMax;
    const grown = peak() - before;
    if (grown <= allowed) return { outcome };
    return { outcome, violation: `${count} connections cost ${Math.round(grown / 1e6)} MB of resident memory` };
  } finally {
    for (const connection of connections) connection.destroy();
  }
}
