/** What a `bytes` field holds in versions that lack it. */
export const EMPTY_BYTES: Buffer = Buffer.alloc(0);
