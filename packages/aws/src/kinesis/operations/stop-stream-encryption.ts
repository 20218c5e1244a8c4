import { changeActive } from '../change-stream.ts';
import { requireKeyId } from '../encryption-key.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';

export function stopStreamEncryption({ streams }: { streams: Streams }): KinesisOperations['StopStreamEncryption'] {
  return async (input, context) => {
    requireKeyId(input.EncryptionType, input.KeyId);
    await changeActive(streams, input, context, (state) => ({ ...state, encryptionKeyId: null }));
  };
}
