import type { NodeId, ProducerId } from '@sluice/kernel/ids';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { listTransactionsRequestCodec } from '@sluice/protocol/generated/messages/list-transactions-request';
import { listTransactionsResponseCodec } from '@sluice/protocol/generated/messages/list-transactions-response';
import { ClientError } from './client-error.ts';
import type { Cluster } from './cluster.ts';
import { KafkaError } from './kafka-error.ts';
import { retry } from './retry.ts';

const LIST_TRANSACTIONS = { request: listTransactionsRequestCodec, response: listTransactionsResponseCodec };
const DURATION_FROM = 1;
const PATTERN_FROM = 2;

export interface ListTransactionsOptions {
  /** Kafka's names; empty: all. */
  readonly states?: readonly string[];
  readonly producerIds?: readonly ProducerId[];
  /** Open for longer than this (KIP-994). */
  readonly longerThanMs?: number | undefined;
  /** The whole transactional id must match (KIP-1152). */
  readonly pattern?: string | undefined;
}

export interface ListedTransaction {
  readonly transactionalId: string;
  readonly producerId: ProducerId;
  readonly state: string;
  readonly coordinator: NodeId;
}

/** The transactional ids of all coordinators, by name. Fails with `unsupported` where a broker is too old for a filter. */
export async function listTransactions(
  cluster: Cluster,
  options: ListTransactionsOptions = {},
): Promise<readonly ListedTransaction[]> {
  const { states = [], producerIds = [], longerThanMs, pattern } = options;
  await cluster.any();
  const listed = await retry(cluster.clock, cluster.timeoutMs, async () => {
    const { brokers } = await cluster.metadata([]);
    return await Promise.all(
      brokers.map(async ({ nodeId }) => {
        const broker = await cluster.broker(nodeId);
        const response = await broker.request(LIST_TRANSACTIONS, (version) => {
          const isTooOld =
            (longerThanMs !== undefined && version < DURATION_FROM) ||
            (pattern !== undefined && version < PATTERN_FROM);
          if (isTooOld) {
            throw new ClientError('unsupported', broker.address, `${broker.address} is too old for this filter`);
          }
          return {
            stateFilters: [...states],
            producerIdFilters: [...producerIds],
            ...(longerThanMs === undefined ? {} : { durationFilter: longerThanMs }),
            ...(pattern === undefined ? {} : { transactionalIdPattern: pattern }),
          };
        });
        if (response.errorCode !== ErrorCode.NONE) throw new KafkaError(response.errorCode, null);
        return response.transactionStates.map(({ transactionalId, producerId, transactionState }) => ({
          transactionalId,
          producerId,
          state: transactionState,
          coordinator: nodeId,
        }));
      }),
    );
  });
  return listed.flat().sort((a, b) => (a.transactionalId < b.transactionalId ? -1 : 1));
}
