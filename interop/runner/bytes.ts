import { createHash } from 'node:crypto';
import type { BytesSpec, Digest } from './contract.ts';

/** The bytes that a specification stands for. Every client has its own copy of this in its own language. */
export function bytesOf(spec: BytesSpec): Buffer | null {
  if (spec === null) return null;
  if (typeof spec === 'string') return Buffer.from(spec);
  if ('hex' in spec) return Buffer.from(spec.hex, 'hex');
  const bytes = Buffer.alloc(spec.size);
  if ('repeat' in spec) return spec.size === 0 ? bytes : bytes.fill(spec.repeat);
  let state = spec.seed;
  for (let index = 0; index < spec.size; index += 1) {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    bytes[index] = state >>> 24;
  }
  return bytes;
}

export function digest(bytes: Buffer | null): Digest {
  if (bytes === null) return null;
  return `${bytes.length}:${createHash('sha256').update(bytes).digest('hex').slice(0, 16)}`;
}
