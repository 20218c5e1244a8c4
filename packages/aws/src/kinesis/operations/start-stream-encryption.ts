import { changeActive } from '../change-stream.ts';
import { requireKeyId } from '../encryption-key.ts';
import type { KinesisOperations } from '../generated/types.ts';
import type { Streams } from '../registry/streams.ts';

/** A flag: records are as safe as the cluster keeps them. */
export function startStreamEncryption({ streams }: { streams: Streams }): KinesisOperations['StartStreamEncryption'] {
  return async (input, context) => {
    const keyId = requireKeyId(input.EncryptionType, input.KeyId);
    await changeActive(streams, input, context, (state) => ({ ...state, encryptionKeyId: keyId }));
  };
}
