import { invalidArgument } from '../errors.ts';
import type { KinesisOperations } from '../generated/types.ts';

/** There are none, since none can be made. */
export function listChannels(): KinesisOperations['ListChannels'] {
  return ({ NextToken }) => {
    if (NextToken !== undefined) throw invalidArgument('NextToken is invalid.');
    return { ChannelSummaries: [] };
  };
}
