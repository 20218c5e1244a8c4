import type { Cluster } from '@sluice/client/cluster';
import type { FindHangingOptions } from '../../commands/transaction/find-hanging.ts';
import { printJson, printText } from '../../output/print.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { formatCount } from '../../output/units.ts';
import { visibleText } from '../../output/visible-text.ts';
import type { Shell } from '../../shell.ts';
import { withCluster } from '../with-cluster.ts';
import { type HangingTransaction, hangingOf, openTransactions } from './hanging.ts';

const COLUMNS: readonly Column<HangingTransaction>[] = [
  { title: 'TOPIC', value: ({ topic }) => visibleText(topic), wrapAfter: '-._' },
  { title: 'PARTITION', value: ({ partition }) => partition, align: 'right' },
  { title: 'START OFFSET', value: ({ txnStartOffset }) => formatCount(txnStartOffset), align: 'right' },
  { title: 'PRODUCER', value: ({ producerId }) => producerId, align: 'right' },
  { title: 'EPOCH', value: ({ producerEpoch }) => producerEpoch, align: 'right' },
  { title: 'TRANSACTIONAL ID', value: ({ transactionalId }) => visibleText(transactionalId ?? '-'), wrapAfter: '-._' },
];

/** `sluice transaction find-hanging` */
export async function findHanging(shell: Shell, options: FindHangingOptions): Promise<void> {
  const hanging = await withCluster(shell, options, async (cluster) => {
    const beforeMs = cluster.clock.now() - options.olderThan;
    const topics = options.topic ?? (await allTopics(cluster));
    const open = await Promise.all(topics.map((topic) => openTransactions(cluster, topic, beforeMs)));
    return await hangingOf(cluster, open.flat());
  });
  if (options.json) {
    return await printJson(
      shell,
      hanging.map(({ topic, partition, txnStartOffset, producerId, producerEpoch, coordinatorEpoch, ...rest }) => ({
        topic,
        partition,
        startOffset: txnStartOffset,
        producerId,
        producerEpoch,
        coordinatorEpoch,
        id: rest.transactionalId ?? null,
        lastWritten: new Date(rest.lastTimestampMs).toISOString(),
      })),
    );
  }
  if (hanging.length === 0) return await shell.stderr.write('no transaction hangs\n');
  await printText(shell, formatTable(hanging, COLUMNS, styleFor(shell.stdout), shell.stdout.columns));
}

async function allTopics(cluster: Cluster): Promise<readonly string[]> {
  const { topics } = await cluster.metadata('all');
  return topics.flatMap(({ name }) => (name === null ? [] : [name]));
}
