import { createLogger } from '@sluice/kernel/real/logger';
import type { AwsCommandOptions } from '../../commands/aws.ts';
import { exitCodeOfSignal } from '../../exit-code-of-signal.ts';
import { CliFailure } from '../../failure.ts';
import type { Shell } from '../../shell.ts';
import { withCluster } from '../with-cluster.ts';
import { doorSettings } from './door-settings.ts';

/** For the cluster's first answer. */
const REACH_TIMEOUT_MS = 15_000;

/** `sluice aws` */
export async function aws(shell: Shell, options: AwsCommandOptions): Promise<void> {
  const { bootstrap, listen } = options;
  const settings = await doorSettings(shell, options);
  // A door in front of nothing would say no more than InternalFailure to its clients.
  await withCluster(shell, { bootstrap, timeout: REACH_TIMEOUT_MS }, (cluster) => cluster.metadata([]));
  const logger = createLogger({});
  const stopping = Promise.withResolvers<string>();
  let isStopping = false;
  const interrupt = shell.onInterrupt((signal) => {
    if (isStopping) shell.exitNow(exitCodeOfSignal(signal));
    isStopping = true;
    stopping.resolve(signal);
  });
  try {
    const { startAwsDoor } = await import('sluice/start-aws-door');
    const { StartError } = await import('sluice/start-error');
    const door = await startAwsDoor({ ...settings, bootstrap, listen, logger, option: '--listen' }).catch(
      (error: unknown) => {
        throw error instanceof StartError
          ? new CliFailure('failed', error.message, error.hint, { cause: error })
          : error;
      },
    );
    if (!isStopping) await shell.stdout.write(`ready aws=${door.endpoint}\n`);
    logger.info('stopping', { signal: await stopping.promise });
    await door.close();
  } finally {
    interrupt.undo();
  }
}
