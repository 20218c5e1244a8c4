import assert from 'node:assert/strict';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { FIND_COORDINATOR, OFFSET_FETCH } from './group-kinds.ts';
import { createTopic, PRODUCE, PRODUCE_BY_NAME, produceInput } from './requests.ts';
import { startTestBroker, type TestBroker } from './test-broker.ts';
import type { TestClient } from './test-client.ts';
import {
  ADD_OFFSETS,
  ADD_PARTITIONS,
  DESCRIBE_PRODUCERS,
  DESCRIBE_TRANSACTIONS,
  INIT_PRODUCER_ID,
  LIST_OFFSETS,
  LIST_TRANSACTIONS,
  TXN_OFFSET_COMMIT,
} from './transaction-kinds.ts';

export interface Producer {
  readonly transactionalId: string;
  readonly producerId: number;
  readonly producerEpoch: number;
}

/**
 * A broker with a topic `orders` of two partitions and two transactional ids: `open`, which has written to both partitions
 * and to the group `readers` in a transaction, and `empty`, which has begun nothing.
 */
export interface TransactionScene extends AsyncDisposable {
  readonly broker: TestBroker;
  readonly client: TestClient;
  readonly open: Producer;
  readonly empty: Producer;
  /** All that can be seen of both, and of what they may write to. */
  state(): Promise<unknown>;
}

const TIMEOUT_MS = 600_000;
const LATEST = -1;

export async function openTransactionScene(settings: Readonly<Record<string, string>> = {}): Promise<TransactionScene> {
  const broker = await startTestBroker({
    settings: {
      'offsets.topic.num.partitions': '2',
      'transaction.state.log.num.partitions': '2',
      'transaction.state.log.min.isr': '1',
      ...settings,
    },
  });
  try {
    const client = await broker.connect();
    await createTopic(client, 'orders', 2);
    const open = await initialised(client, 'open');
    const empty = await initialised(client, 'empty');
    await beginTransaction(client, open);
    return { broker, client, open, empty, state: () => stateOf(client), [Symbol.asyncDispose]: () => broker.close() };
  } catch (cause) {
    await broker.close();
    throw cause;
  }
}

async function initialised(client: TestClient, transactionalId: string): Promise<Producer> {
  await client.ask(FIND_COORDINATOR, 6, { keyType: 1, coordinatorKeys: [transactionalId] });
  for (;;) {
    const asked = { transactionalId, transactionTimeoutMs: TIMEOUT_MS };
    const { errorCode, producerId, producerEpoch } = await client.ask(INIT_PRODUCER_ID, 5, asked);
    if (errorCode === ErrorCode.NONE) return { transactionalId, producerId, producerEpoch };
    assert(isComing(errorCode), `InitProducerId: ${errorCode}`);
  }
}

/** The coordinator's topic is being made, or loaded. */
function isComing(errorCode: number): boolean {
  return (
    errorCode === ErrorCode.COORDINATOR_NOT_AVAILABLE ||
    errorCode === ErrorCode.NOT_COORDINATOR ||
    errorCode === ErrorCode.COORDINATOR_LOAD_IN_PROGRESS
  );
}

async function beginTransaction(client: TestClient, producer: Producer): Promise<void> {
  const { transactionalId, producerId, producerEpoch } = producer;
  await client.ask(ADD_PARTITIONS, 3, {
    v3AndBelowTransactionalId: transactionalId,
    v3AndBelowProducerId: producerId,
    v3AndBelowProducerEpoch: producerEpoch,
    v3AndBelowTopics: [{ name: 'orders', partitions: [0, 1] }],
  });
  for (const partition of [0, 1]) {
    const batch = { producerId, producerEpoch, baseSequence: 0, isTransactional: true };
    const input = { ...produceInput(['one', 'two'], { partition, batch }), transactionalId };
    const { responses } = await client.ask(PRODUCE, PRODUCE_BY_NAME - 1, input);
    assert.equal(responses[0]?.partitionResponses[0]?.errorCode, ErrorCode.NONE);
  }
  await client.ask(FIND_COORDINATOR, 6, { keyType: 0, coordinatorKeys: ['readers'] });
  await client.ask(ADD_OFFSETS, 4, { ...producer, groupId: 'readers' });
  const partitions = [{ partitionIndex: 0, committedOffset: 1, committedMetadata: '' }];
  const committing = { ...producer, groupId: 'readers', topics: [{ name: 'orders', partitions }] };
  for (;;) {
    const { topics } = await client.ask(TXN_OFFSET_COMMIT, 3, committing);
    const errorCode = topics[0]?.partitions[0]?.errorCode ?? 0;
    if (errorCode === ErrorCode.NONE) return;
    assert(isComing(errorCode), `TxnOffsetCommit: ${errorCode}`);
  }
}

async function stateOf(client: TestClient): Promise<unknown> {
  const partitions = [0, 1];
  const groups = ['readers', ''].map((groupId) => ({ groupId, topics: null }));
  const endsOf = async (isolationLevel: number) => {
    const asked = partitions.map((partitionIndex) => ({ partitionIndex, timestamp: LATEST }));
    return client.ask(LIST_OFFSETS, 9, {
      ...{ replicaId: -1, isolationLevel },
      topics: [{ name: 'orders', partitions: asked }],
    });
  };
  return {
    transactions: await client.ask(DESCRIBE_TRANSACTIONS, 0, { transactionalIds: ['open', 'empty'] }),
    listed: await client.ask(LIST_TRANSACTIONS, 2, { stateFilters: [], producerIdFilters: [] }),
    producers: await client.ask(DESCRIBE_PRODUCERS, 0, { topics: [{ name: 'orders', partitionIndexes: partitions }] }),
    ends: [await endsOf(0), await endsOf(1)],
    offsets: await client.ask(OFFSET_FETCH, 9, { groups, requireStable: true }),
  };
}
