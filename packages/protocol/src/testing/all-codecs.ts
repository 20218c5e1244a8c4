import { loadMessages } from '../../../../scripts/generate/load-spec.ts';
import { codecName, kebab } from '../../../../scripts/generate/naming.ts';
import type { MessageSpec } from '../../../../scripts/generate/spec.ts';
import type { AnyMessageCodec } from '../message-codec.ts';

export interface SpecAndCodec {
  readonly message: MessageSpec;
  readonly codec: AnyMessageCodec;
}

/** Every message and record schema with its generated codec, by name. */
export async function loadAllCodecs(): Promise<Map<string, SpecAndCodec>> {
  const all = new Map<string, SpecAndCodec>();
  for (const message of loadMessages()) {
    const module: Record<string, unknown> = await import(`../generated/${message.folder}/${kebab(message.name)}.ts`);
    const codec = module[codecName(message.name)];
    if (!isCodec(codec)) throw new Error(`${message.name} has no codec`);
    all.set(message.name, { message, codec });
  }
  return all;
}

function isCodec(value: unknown): value is AnyMessageCodec {
  return typeof value === 'object' && value !== null && 'decode' in value && 'encode' in value;
}
