import type { KinesisOperations } from '../generated/types.ts';
import { noChannels } from '../no-channels.ts';

export function createChannel(): KinesisOperations['CreateChannel'] {
  return () => {
    throw noChannels();
  };
}
