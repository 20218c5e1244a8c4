import type { SimRandom } from '@sluice/kernel/sim/random';
import { attributes, patchUnderCrc } from '@sluice/protocol/records/batch-header';
import { behindHeader, buildBatch } from '@sluice/protocol/records/build-batch';
import { type Attack, type Battlefield, type Blow, pick } from '../attack.ts';
import { openHonest } from '../honest-client.ts';

/** Recent: retention must not be what removes a batch that was accepted. */
const NOW_MS = Date.now();

type MakeRecords = (random: SimRandom) => Buffer | null;

/** A good batch with a change under a right CRC. */
function patched(change: (batch: Buffer, random: SimRandom) => void): MakeRecords {
  return (random) => {
    const batch = good(random);
    change(batch, random);
    patchUnderCrc(batch, 0, {});
    return batch;
  };
}

function good(random: SimRandom, count = 1 + random.below(5)): Buffer {
  const records = Array.from({ length: count }, () => ({
    value: random.bytes(random.below(100)),
    timestampMs: NOW_MS,
  }));
  return buildBatch(records);
}

/** A message of the time before batches, with nothing in it. */
function oldMessage(magic: 0 | 1): Buffer {
  const message = Buffer.alloc(magic === 0 ? 26 : 34, 0xff);
  message.writeBigInt64BE(0n, 0);
  message.writeInt32BE(message.length - 12, 8);
  message.writeInt8(magic, 16);
  message.writeInt8(0, 17);
  return message;
}

/** What every broker refuses, by Kafka's rules, without a look at the records. */
const REFUSED: Readonly<Record<string, MakeRecords>> = {
  'wrong CRC': (random) => {
    const batch = good(random);
    batch.writeUInt32BE((batch.readUInt32BE(17) ^ (1 << random.below(31))) >>> 0, 17);
    return batch;
  },
  'flipped byte under the CRC': (random) => {
    const batch = good(random);
    const at = 21 + random.below(batch.length - 21);
    batch.writeUInt8(batch.readUInt8(at) ^ (1 + random.below(255)), at);
    return batch;
  },
  'cut short': (random) => {
    const batch = good(random);
    return batch.subarray(0, random.below(batch.length));
  },
  'magic 0': () => oldMessage(0),
  'magic 1': () => oldMessage(1),
  'another magic': (random) => {
    const batch = good(random);
    batch.writeInt8(pick(random, [3, -1, 127, -128]), 16);
    return batch;
  },
  'length out of bounds': (random) => {
    const batch = good(random);
    batch.writeInt32BE(pick(random, [-1, 0, 13, 48, -(2 ** 31), 2 ** 31 - 1]), 8);
    return batch;
  },
  'negative or wrong record count': patched((batch, random) =>
    batch.writeInt32BE(pick(random, [-1, 0, 1000, -(2 ** 31), 2 ** 31 - 1]), 57),
  ),
  'negative or wrong last offset': patched((batch, random) =>
    batch.writeInt32BE(pick(random, [-1, 1000, -(2 ** 31), 2 ** 31 - 1]), 23),
  ),
  'control batch': patched((batch) => batch.writeInt16BE(attributes(batch, 0) | 0x20, 21)),
  'two batches': (random) => Buffer.concat([good(random), good(random)]),
  garbage: (random) => random.bytes(1 + random.below(500)),
  nothing: () => Buffer.alloc(0),
};

/** F23: record batches that must be refused, sent to the topic whose log is compared afterwards. */
export const badBatches: Attack = {
  name: 'bad-batches',
  fault: 'F23',
  weight: 10,
  async strike(field, random) {
    const kind = pick(random, Object.keys(REFUSED));
    const records = REFUSED[kind]?.(random) ?? null;
    const client = await openHonest(field.target, field.limits.answerMs);
    try {
      const errorCode = await client.tryProduce(field.guarded, records, 3 + random.below(10));
      return errorCode === 0 ? { outcome: 'answered', violation: `accepted: ${kind}` } : { outcome: 'answered' };
    } catch (error) {
      return blowOf(client.connection.isClosed, kind, error);
    } finally {
      client.connection.destroy();
    }
  },
};

const SMALLEST_RECORD = Buffer.from('0c000000010100', 'hex');
const BOMB_RECORDS = 10_000_000;

/** The right CRC over a payload and a count that are made up. */
function forged(payload: Buffer, count: number, codecId: number): Buffer {
  const batch = behindHeader(payload);
  buildBatch([{ value: '', timestampMs: NOW_MS }]).copy(batch, 0, 0, 61);
  batch.writeInt32BE(batch.length - 12, 8);
  batch.writeInt32BE(count - 1, 23);
  batch.writeInt32BE(count, 57);
  patchUnderCrc(batch, 0, { attributes: codecId });
  return batch;
}

export interface BombPayload {
  readonly codecId: number;
  readonly payload: Buffer;
}

/** F23: small batches that unpack to a thousand times their size, or claim millions of records, or are no such codec's. */
export function compressionBombs(bombs: readonly BombPayload[]): Attack {
  const strike = async (field: Battlefield, random: SimRandom): Promise<Blow> => {
    const { codecId, payload } = pick(random, bombs);
    const batch = random.chance(0.7)
      ? forged(payload, pick(random, [BOMB_RECORDS, 1]), codecId)
      : forged(random.bytes(200), 1 + random.below(3), random.below(8));
    const client = await openHonest(field.target, field.limits.answerMs);
    try {
      await client.tryProduce(field.fodder, batch);
      return { outcome: 'answered' };
    } catch (error) {
      return blowOf(client.connection.isClosed, `codec ${codecId}`, error);
    } finally {
      client.connection.destroy();
    }
  };
  return { name: 'compression-bombs', fault: 'F23', weight: 1, strike };
}

/** The smallest records there are, ten million times: 70 MB. */
export function bombPlain(): Buffer {
  return Buffer.alloc(BOMB_RECORDS * SMALLEST_RECORD.length, SMALLEST_RECORD);
}

function blowOf(isClosed: boolean, what: string, error: unknown): Blow {
  return isClosed ? { outcome: 'closed' } : { outcome: 'held', violation: `${what}: ${error}` };
}
