import type { Broker } from '@sluice/client/broker';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { offsetFetchRequestCodec } from '@sluice/protocol/generated/messages/offset-fetch-request';
import { offsetFetchResponseCodec } from '@sluice/protocol/generated/messages/offset-fetch-response';
import { buildBatch } from '@sluice/protocol/records/build-batch';
import { sleep, whileItRuns } from '../machine/client-world.ts';
import { readTransactional } from '../machine/read-transactional.ts';
import {
  addPartition,
  type ClientVersion,
  commitOffset,
  end,
  findCoordinators,
  type Identity,
  init,
  write,
} from './transactional-requests.ts';
import { COPY_GROUP, INPUT, OUTPUT, TRANSACTION_TIMEOUT_MS, type TransactionWorld } from './world.ts';

const OFFSET_FETCH = { request: offsetFetchRequestCodec, response: offsetFetchResponseCodec };
const NAMES_UNTIL = 9;
const BATCH_MAX = 4;
const RETRY_MS = 30;
const FROM = { topic: INPUT, partition: 0 };
const TO = { topic: OUTPUT, partition: 0 };
const TRANSACTIONAL_ID = 'copier';

/** Reads where the group stands, writes it to another topic, and moves the group, all in one transaction; until all is copied. */
export async function runCopier(world: TransactionWorld, version: ClientVersion, inputCount: number): Promise<void> {
  world.transactionalIds.add(TRANSACTIONAL_ID);
  await whileItRuns(world, TRANSACTIONAL_ID, async (broker) => {
    await findCoordinators(broker, TRANSACTIONAL_ID, COPY_GROUP);
    const begun = await init(broker, TRANSACTIONAL_ID, TRANSACTION_TIMEOUT_MS);
    if (begun.errorCode !== 0) return againLater(world);
    let producer: Identity = { transactionalId: TRANSACTIONAL_ID, ...begun };
    let sequence = 0;
    for (;;) {
      const offset = await committedOffset(broker);
      if (offset === undefined) return againLater(world);
      if (offset >= inputCount) return 'done';
      const { errorCode, records } = await readTransactional(broker, FROM, offset);
      if (errorCode !== 0) return againLater(world);
      const taken = records.slice(0, BATCH_MAX).map(({ value }) => value);
      const baseSequence = version === 2 ? 0 : sequence;
      const next = await copyOnce(world, broker, producer, version, baseSequence, taken, offset + taken.length);
      if (next === undefined) return againLater(world);
      sequence += taken.length;
      producer = next;
    }
  });
}

async function againLater(world: TransactionWorld): Promise<'again'> {
  await sleep(world, RETRY_MS);
  return 'again';
}

/** `undefined` if it must begin anew: nothing of it may then be seen. */
async function copyOnce(
  world: TransactionWorld,
  broker: Broker,
  producer: Identity,
  version: ClientVersion,
  baseSequence: number,
  values: readonly string[],
  offset: number,
): Promise<Identity | undefined> {
  const batch = buildBatch(
    values.map((value) => ({ key: null, value: Buffer.from(value), timestampMs: world.machine.clock.now() })),
    { ...producer, baseSequence, isTransactional: true },
  );
  if (version === 1 && (await addPartition(broker, producer, TO)) !== 0) return undefined;
  if ((await write(broker, producer, version, TO, batch)) !== 0) return undefined;
  if ((await commitOffset(broker, producer, version, COPY_GROUP, FROM, offset)) !== 0) return undefined;
  const ended = await end(broker, producer, version, true);
  if (ended.errorCode !== 0) return undefined;
  return version === 2 ? { ...producer, producerId: ended.producerId, producerEpoch: ended.producerEpoch } : producer;
}

/** Where the group stands; `undefined` while a transaction may yet move it. */
async function committedOffset(broker: Broker): Promise<number | undefined> {
  const response = await broker.request(
    OFFSET_FETCH,
    () => ({
      requireStable: true,
      groups: [{ groupId: COPY_GROUP, topics: [{ name: INPUT, partitionIndexes: [0] }] }],
    }),
    { versionMax: NAMES_UNTIL },
  );
  const group = response.groups[0];
  const partition = group?.topics[0]?.partitions[0];
  if (group === undefined || group.errorCode !== 0 || partition === undefined) return undefined;
  if (partition.errorCode !== ErrorCode.NONE) return undefined;
  return Math.max(0, partition.committedOffset);
}
