import { abortTransaction } from '@sluice/client/abort-transaction';
import { describeProducers } from '@sluice/client/describe-producers';
import { topicPartitions } from '@sluice/client/topic-partitions';
import type { TransactionAbortOptions } from '../../commands/transaction/abort.ts';
import { CliFailure } from '../../failure.ts';
import { printJson, printText } from '../../output/print.ts';
import { formatCount } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import { noPartition, refusedAs } from '../explain-failure.ts';
import { withCluster } from '../with-cluster.ts';

/** `sluice transaction abort` */
export async function abortHanging(shell: Shell, options: TransactionAbortOptions): Promise<void> {
  const { topic, partition, startOffset, producerId } = options;
  if ((startOffset === undefined) === (producerId === undefined)) {
    throw new CliFailure('usage', 'it was not said which transaction', 'give either --start-offset or --producer-id');
  }
  const aborted = await withCluster(shell, options, async (cluster) => {
    const { leaders } = await topicPartitions(cluster, topic).catch(refusedAs(`topic ${topic}`));
    const leader = leaders.get(partition);
    if (leader === undefined) throw noPartition(topic, partition, leaders.size);
    const producers = await describeProducers(cluster, topic, new Map([[partition, leader]]));
    const producer = producers.find((each) =>
      producerId === undefined ? each.txnStartOffset === startOffset : each.producerId === producerId,
    );
    if (producer === undefined || producer.txnStartOffset < 0) {
      throw new CliFailure(
        'not-found',
        `no such transaction is open in ${topic} ${partition}`,
        'find those that hang with `sluice transaction find-hanging`',
      );
    }
    await abortTransaction(cluster, leader, producer).catch(
      refusedAs(`the transaction of producer ${producer.producerId}`),
    );
    return producer;
  });
  if (options.json) {
    const { producerEpoch, txnStartOffset } = aborted;
    return await printJson(shell, [
      { topic, partition, startOffset: txnStartOffset, producerId: aborted.producerId, producerEpoch },
    ]);
  }
  await printText(
    shell,
    `aborted the transaction of producer ${aborted.producerId} in ${topic} ${partition}, open since offset ` +
      formatCount(aborted.txnStartOffset),
  );
}
