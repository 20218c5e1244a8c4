import type { KinesisOperations } from '../generated/types.ts';
import { channelNotFound } from '../no-channels.ts';

export function describeChannel(): KinesisOperations['DescribeChannel'] {
  return ({ ChannelARN }) => {
    throw channelNotFound(ChannelARN);
  };
}
