import { createHmac, timingSafeEqual } from 'node:crypto';
import type { Random } from '@sluice/kernel/random';
import type { Registry } from '../registry/registry.ts';

const KEY_ENTRY = 'seal';
const KEY_SIZE_BYTES = 32;
const MAC_SIZE_BYTES = 16;

/**
 * Makes and opens what clients carry for us. Nothing of it is kept, so any door opens what another has sealed, after a
 * restart as well: the key stands in the registry.
 */
export interface Seal {
  seal(content: Buffer): Promise<string>;
  /** Undefined for what no door has sealed. */
  open(sealed: string): Promise<Buffer | undefined>;
}

export function createSeal(registry: Registry, random: Random): Seal {
  let key: Promise<Buffer> | undefined;

  function secret(): Promise<Buffer> {
    key ??= readSecret().catch((error: unknown) => {
      key = undefined;
      throw error;
    });
    return key;
  }

  async function readSecret(): Promise<Buffer> {
    const entry = await registry.change(KEY_ENTRY, (current) =>
      current === undefined ? { key: random.bytes(KEY_SIZE_BYTES).toString('hex') } : undefined,
    );
    return Buffer.from((entry as { key: string }).key, 'hex');
  }

  const macOf = (own: Buffer, content: Buffer) =>
    createHmac('sha256', own).update(content).digest().subarray(0, MAC_SIZE_BYTES);

  return {
    async seal(content) {
      return Buffer.concat([macOf(await secret(), content), content]).toString('base64');
    },
    async open(sealed) {
      const bytes = Buffer.from(sealed, 'base64');
      if (bytes.length < MAC_SIZE_BYTES || bytes.toString('base64') !== sealed) return undefined;
      const content = bytes.subarray(MAC_SIZE_BYTES);
      const isOurs = timingSafeEqual(bytes.subarray(0, MAC_SIZE_BYTES), macOf(await secret(), content));
      return isOurs ? content : undefined;
    },
  };
}
