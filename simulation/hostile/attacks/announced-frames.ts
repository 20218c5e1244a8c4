import type { Attack } from '../attack.ts';
import { holdMany } from '../hold-many.ts';

const ANNOUNCED_SIZE_BYTES = 100_000_000;
const SENT_SIZE_BYTES = 1000;

/**
 * F21: many connections announce frames of 100 MB and send a kilobyte: memory must grow with what was received. Kafka
 * allocates what was announced.
 */
export const announcedFrames: Attack = {
  name: 'announced-frames',
  fault: 'F21',
  weight: 0.05,
  async strike(field) {
    const count = Math.min(50, field.limits.connectionCount);
    const start = Buffer.alloc(4 + SENT_SIZE_BYTES);
    start.writeInt32BE(ANNOUNCED_SIZE_BYTES, 0);
    // A Produce request, so far.
    start.writeInt16BE(9, 6);
    return holdMany(field, count, (connection) => connection.send(start));
  },
};
