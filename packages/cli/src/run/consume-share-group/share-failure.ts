import { ClientError } from '@sluice/client/client-error';
import { KafkaError } from '@sluice/client/kafka-error';
import {
  AcknowledgementError,
  NetworkError,
  ShareConsumerError,
  UnsupportedApiError,
} from '@sluice/client/share-consumer/errors';
import type { ConsumeShareGroupOptions } from '../../commands/consume/consume-options.ts';
import { CliFailure } from '../../failure.ts';
import { plural } from '../../output/units.ts';
import type { Shell } from '../../shell.ts';
import { explainFailure } from '../explain-failure.ts';
import { groupKind } from '../group/group-kind.ts';
import { groupRefusal } from '../group/group-refusal.ts';
import { withCluster } from '../with-cluster.ts';

/** The consumer's errors as those that the other commands explain. */
export async function shareFailure(shell: Shell, options: ConsumeShareGroupOptions, error: unknown): Promise<unknown> {
  if (!(error instanceof ShareConsumerError)) return error;
  const { cause, message } = error;
  if (error instanceof AcknowledgementError) return mayComeAgain(error, options);
  if (error instanceof UnsupportedApiError) {
    return new CliFailure('failed', message, 'share groups need Sluice, or Kafka from 4.1 on', { cause: error });
  }
  if (cause instanceof KafkaError) {
    return await withCluster(shell, options, (cluster) =>
      groupRefusal(cluster, groupKind('share-group'), options.shareGroup, cause),
    );
  }
  if (cause instanceof ClientError) return explainFailure(cause);
  if (error instanceof NetworkError) {
    return new CliFailure('unreachable', message, 'try again, or wait longer with --timeout', { cause: error });
  }
  return error;
}

function mayComeAgain(error: AcknowledgementError, { shareGroup }: ConsumeShareGroupOptions): CliFailure {
  const [first] = error.failures;
  const count = plural(error.failures.length, 'record');
  return new CliFailure(
    first?.error.canRetry ? 'unreachable' : 'failed',
    `that ${count} printed last ${error.failures.length === 1 ? 'was' : 'were'} dealt with could not be told: ` +
      `${first?.error.message ?? error.message}`,
    `share group ${shareGroup} may deliver them again`,
    { cause: error },
  );
}
