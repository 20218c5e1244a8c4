import { KafkaError } from '@sluice/client/kafka-error';
import { type ListedTransaction, listTransactions } from '@sluice/client/list-transactions';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import type { TransactionListOptions } from '../../commands/transaction/list.ts';
import { CliFailure } from '../../failure.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { withCluster } from '../with-cluster.ts';
import { stateLook } from './transaction-state.ts';

const COLUMNS: readonly Column<ListedTransaction>[] = [
  { title: 'TRANSACTIONAL ID', value: ({ transactionalId }) => visibleText(transactionalId), wrapAfter: '-._' },
  { title: 'STATE', value: ({ state }) => state, look: ({ state }) => stateLook(state) },
  { title: 'PRODUCER', value: ({ producerId }) => producerId, align: 'right' },
  { title: 'COORDINATOR', value: ({ coordinator }) => coordinator, align: 'right' },
];

/** `sluice transaction list` */
export async function listAllTransactions(shell: Shell, options: TransactionListOptions): Promise<void> {
  const { state: states = [], longerThan: longerThanMs, pattern } = options;
  const producerIds = (options.producerId ?? []).map(producerIdOf);
  const transactions = await withCluster(shell, options, (cluster) =>
    listTransactions(cluster, { states, producerIds, longerThanMs, pattern }).catch((error: unknown) => {
      if (!(error instanceof KafkaError) || error.code !== ErrorCode.INVALID_REGULAR_EXPRESSION) throw error;
      throw new CliFailure('usage', `${pattern} is no regular expression for the broker`, 'correct --pattern', {
        cause: error,
      });
    }),
  );
  if (options.json) {
    return await printJson(
      shell,
      transactions.map(({ transactionalId, ...rest }) => ({ id: transactionalId, ...rest })),
    );
  }
  if (transactions.length === 0) {
    const isFiltered = states.length + producerIds.length > 0 || longerThanMs !== undefined || pattern !== undefined;
    return await shell.stderr.write(`there are no transactional ids${isFiltered ? ' of this kind' : ''}\n`);
  }
  await printText(shell, formatTable(transactions, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
}

function producerIdOf(text: string): number {
  const producerId = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (!Number.isSafeInteger(producerId)) {
    throw new CliFailure('usage', `${text} is no producer id`, 'producer ids are whole numbers');
  }
  return producerId;
}
