import { describeTransactions, type TransactionDescription } from '@sluice/client/describe-transactions';
import { KafkaError } from '@sluice/client/kafka-error';
import type { ClientOptions } from '../../commands/client-options.ts';
import { printJson, printText } from '../../output/print.ts';
import { type Style, styleFor } from '../../output/style.ts';
import { formatPairs } from '../../output/table.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { refusal, throwFailures } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';
import { describeState, stateLook } from './transaction-state.ts';

/** `sluice transaction describe` */
export async function describeTransactionalIds(
  shell: Shell,
  ids: readonly string[],
  options: ClientOptions,
): Promise<void> {
  const described = await withCluster(shell, options, (cluster) => describeTransactions(cluster, [...new Set(ids)]));
  const found = [...described.values()].flatMap((each) => (each instanceof KafkaError ? [] : [each]));
  if (options.json) {
    await printJson(
      shell,
      found.map(({ transactionalId, startMs, ...rest }) => ({
        id: transactionalId,
        ...rest,
        started: startMs < 0 ? null : new Date(startMs).toISOString(),
      })),
    );
  } else if (found.length > 0) {
    const style = styleFor(shell.stdout);
    await printText(shell, found.map((each) => formatTransaction(each, style)).join('\n'));
  }
  throwFailures(
    [...described].flatMap(([id, error]) =>
      error instanceof KafkaError ? [refusal(`transactional id ${visibleText(id)}`, error)] : [],
    ),
  );
}

function formatTransaction(transaction: TransactionDescription, style: Style): string {
  const { state, startMs, timeoutMs, partitions } = transaction;
  const look = stateLook(state);
  const shown = describeState(state);
  return formatPairs(
    [
      ['Transactional id', style('cyan', visibleText(transaction.transactionalId))],
      ['State', look === undefined ? shown : style(look, shown)],
      ['Producer', `${transaction.producerId}, epoch ${transaction.producerEpoch}`],
      ['Coordinator', `broker ${transaction.coordinator}`],
      ['Started', startMs < 0 ? '-' : new Date(startMs).toISOString()],
      ['Timeout', `${timeoutMs / 1000} s`],
      ['Partitions', partitions.length === 0 ? 'none' : formatPartitions(transaction)],
    ],
    style,
  );
}

/** A line for each topic. */
function formatPartitions({ partitions }: TransactionDescription): string {
  return [...Map.groupBy(partitions, ({ topic }) => topic)]
    .map(([topic, own]) => {
      const numbers = own.map(({ partition }) => partition).sort((a, b) => a - b);
      return `${visibleText(topic)} ${numbers.join(', ')}`;
    })
    .join('\n');
}
