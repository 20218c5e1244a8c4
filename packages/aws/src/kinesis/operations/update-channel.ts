import type { KinesisOperations } from '../generated/types.ts';
import { channelNotFound } from '../no-channels.ts';

export function updateChannel(): KinesisOperations['UpdateChannel'] {
  return ({ ChannelARN }) => {
    throw channelNotFound(ChannelARN);
  };
}
