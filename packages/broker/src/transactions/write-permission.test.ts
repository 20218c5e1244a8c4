import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { ZERO_UUID } from '@sluice/kernel/ids';
import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimDisk } from '@sluice/kernel/sim/disk';
import type { ManagedLog } from '@sluice/log/managed-log';
import { append, appendOptions, batchOf, openTestLog } from '@sluice/log/testing/test-log';
import type { VerificationGuard } from '@sluice/log/verifications';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { ProduceRequest } from '@sluice/protocol/generated/messages/produce-request';
import type { TxnOffsetCommitRequest } from '@sluice/protocol/generated/messages/txn-offset-commit-request';
import { NO_SEQUENCE } from '@sluice/protocol/records/batch-header';
import { buildEndTxnMarkerBatch } from '@sluice/protocol/records/control-records';
import type { HostedPartition, Partitions } from '../partitions/hosted-partition.ts';
import { createCommitPermissions } from './commit-permission.ts';
import { createProducePermissions } from './produce-permission.ts';

const PRODUCER = { producerId: 7, producerEpoch: 1 };
const TRANSACTIONAL_ID = 'payments';

interface Scene {
  readonly log: ManagedLog;
  /** What the coordinator was asked, in order. */
  readonly asked: string[];
  /** A batch of the producer's with the permission that Produce of this version gets. */
  produce(apiVersion: number): Promise<number>;
  /** The same for TxnOffsetCommit. */
  commit(apiVersion: number): Promise<number>;
}

/** A coordinator that grants what it is asked, and the epoch of the marker that comes while it is asked for the first time. */
async function scene(markerEpoch: number, verifiesPartitions = true): Promise<Scene> {
  const clock = createSimClock();
  const log = await openTestLog({ disk: createSimDisk({ clock }), clock });
  const partition = { topic: 'orders', partition: 0, log, leaderEpoch: 0 } as unknown as HostedPartition;
  const asked: string[] = [];
  function grant(what: string): void {
    asked.push(what);
    if (asked.length > 1) return;
    const marker = { type: 'COMMIT', producerId: 7, coordinatorEpoch: 0, timestampMs: 5 } as const;
    append(log, buildEndTxnMarkerBatch({ ...marker, producerEpoch: markerEpoch }), { origin: 'coordinator' });
  }
  const options = {
    clock,
    settings: () => ({ verifiesPartitions }),
    partitions: { byName: () => partition } as unknown as Partitions,
    partitionOf: () => 0,
    transactions: {
      async addPartitionsForWrite() {
        grant('add');
        return { errorCode: ErrorCode.NONE };
      },
      async verifyPartitions() {
        grant('verify');
        return () => ErrorCode.NONE;
      },
    },
  };
  function write(verification: VerificationGuard | undefined, origin: 'client' | 'coordinator'): number {
    const baseSequence = origin === 'client' ? 0 : NO_SEQUENCE;
    const batch = batchOf(['value'], { ...PRODUCER, baseSequence, isTransactional: true });
    const result = log.append(batch, appendOptions({ verification, origin }));
    return result.kind === 'refused' ? result.errorCode : ErrorCode.NONE;
  }

  return {
    log,
    asked,
    async produce(apiVersion) {
      const records = batchOf(['value'], { ...PRODUCER, baseSequence: 0, isTransactional: true });
      const topicData = [{ name: 'orders', topicId: ZERO_UUID, partitionData: [{ index: 0, records }] }];
      const request: ProduceRequest = { transactionalId: TRANSACTIONAL_ID, acks: -1, timeoutMs: 1000, topicData };
      const permission = await createProducePermissions(options)(request, apiVersion, () => partition);
      const guard = permission.of('orders', 0);
      return guard !== undefined && 'errorCode' in guard ? guard.errorCode : write(guard, 'client');
    },
    async commit(apiVersion) {
      const request = { ...PRODUCER, transactionalId: TRANSACTIONAL_ID, groupId: 'group' };
      const permission = await createCommitPermissions(options)(request as TxnOffsetCommitRequest, apiVersion);
      return 'errorCode' in permission ? permission.errorCode : write(permission.verification, 'coordinator');
    },
  };
}

for (const [api, addsFrom] of [
  ['produce', 12],
  ['commit', 5],
] as const) {
  describe(`permission to ${api} in a transaction`, () => {
    test('is good for a write that waited until the marker of the transaction before was there', async () => {
      const { log, asked, [api]: write } = await scene(PRODUCER.producerEpoch);
      assert.equal(await write(addsFrom), ErrorCode.NONE);
      assert.deepEqual(
        asked,
        ['add', 'add'],
        'the marker could as well have ended the transaction that was asked about',
      );
      await log.close();
    });

    test('is not for a producer that was fenced meanwhile', async () => {
      const { log, asked, [api]: write } = await scene(PRODUCER.producerEpoch + 1);
      assert.equal(await write(addsFrom), ErrorCode.INVALID_PRODUCER_EPOCH);
      assert.deepEqual(asked, ['add']);
      await log.close();
    });

    test('is worth nothing behind a marker where clients bring in partitions by themselves', async () => {
      const { log, asked, [api]: write } = await scene(PRODUCER.producerEpoch);
      assert.equal(await write(addsFrom - 1), ErrorCode.INVALID_TXN_STATE);
      assert.deepEqual(asked, ['verify']);
      await log.close();
    });

    test('is asked for only by who brings the partition in, where nothing is verified', async () => {
      const adding = await scene(PRODUCER.producerEpoch, false);
      assert.equal(await adding[api](addsFrom), ErrorCode.NONE);
      assert.equal(adding.asked[0], 'add', 'else it would be in no transaction');
      const believed = await scene(PRODUCER.producerEpoch, false);
      assert.equal(await believed[api](addsFrom - 1), ErrorCode.NONE);
      assert.deepEqual(believed.asked, []);
      await Promise.all([adding.log.close(), believed.log.close()]);
    });
  });
}
