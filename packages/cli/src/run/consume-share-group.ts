import { ShareConsumer } from '@sluice/client/share-consumer/share-consumer';
import type { ConsumeShareGroupOptions } from '../commands/consume/consume-options.ts';
import type { Shell } from '../shell.ts';
import { createPrinter } from './consume/printer.ts';
import { chooseTopics } from './consume-group/chosen-topics.ts';
import { acquireModeFor } from './consume-share-group/acquire-mode.ts';
import { takeAll } from './consume-share-group/batches.ts';
import { explainStart } from './consume-share-group/explain-start.ts';
import { type IdleTimer, startIdleTimer } from './consume-share-group/idle-timer.ts';
import { printMessages } from './consume-share-group/print-messages.ts';
import { shareFailure } from './consume-share-group/share-failure.ts';
import { createTroubleTeller } from './consume-share-group/trouble-teller.ts';
import { withCluster } from './with-cluster.ts';

/** What one fetch takes; no more than that is given back when the command ends. */
const FETCH_COUNT_MAX = 500;

/** `sluice consume --share-group`: prints what it is given, and says of it what it was told to say. */
export async function consumeInShareGroup(
  shell: Shell,
  names: readonly string[],
  options: ConsumeShareGroupOptions,
): Promise<void> {
  const { shareGroup: groupId, timeout, count = Number.POSITIVE_INFINITY } = options;
  const printer = createPrinter(shell, options);
  const stopping = new AbortController();
  /** What was not handed out is given back at once; what is being printed is still acknowledged. */
  const stop = () => {
    printer.stop();
    stopping.abort();
  };
  const interrupt = shell.onInterrupt(() => {
    // Who presses it twice does not want to wait for a broker that is away.
    if (printer.isStopped) shell.exitNow(130);
    stop();
  });
  let idle: IdleTimer | undefined;
  try {
    await withCluster(shell, options, async (cluster) => {
      const { topics } = await chooseTopics(cluster, names, options.include);
      const acquireMode = await acquireModeFor(cluster, count);
      await explainStart(shell, cluster, groupId, topics);
      if (printer.isStopped) return;
      const { network, clock, random } = shell;
      const consumer = new ShareConsumer(
        {
          clientId: 'sluice-cli',
          groupId,
          bootstrapBrokers: options.bootstrap,
          timeout,
          acknowledgementMode: 'explicit',
          acquireMode,
          maxRecords: Math.min(count, FETCH_COUNT_MAX),
        },
        { network, clock, random },
      );
      const trouble = createTroubleTeller(shell);
      consumer.on('consumer:error', ({ error }) => trouble.tell(error));
      try {
        // A member that is given nothing is idle as well.
        consumer.once('consumer:group:join', () => {
          idle = startIdleTimer(clock, options.idleMs, timeout, stop);
        });
        consumer.on('consumer:group:rebalance', ({ assignments }) => idle?.onAssigned(assignments.length > 0));
        const messages = await consumer.consume({ topics, signal: stopping.signal });
        let left = count;
        for await (const batch of takeAll(messages, () => left)) {
          idle?.reset();
          trouble.reset();
          const printed = await printMessages(printer, batch);
          for (const message of printed) message[options.acknowledgement]();
          left -= printed.length;
          if (printer.isStopped) break;
        }
      } finally {
        idle?.end();
        await consumer.close();
      }
    }).catch(async (error: unknown) => {
      throw await shareFailure(shell, options, error);
    });
  } finally {
    interrupt.undo();
    printer.end();
  }
}
