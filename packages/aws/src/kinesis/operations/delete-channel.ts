import type { KinesisOperations } from '../generated/types.ts';
import { channelNotFound } from '../no-channels.ts';

export function deleteChannel(): KinesisOperations['DeleteChannel'] {
  return ({ ChannelARN }) => {
    throw channelNotFound(ChannelARN);
  };
}
