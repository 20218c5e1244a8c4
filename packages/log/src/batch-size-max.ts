/** Far above what any topic takes: a damaged length is not believed beyond it, for it must not be the memory's. */
export const BATCH_SIZE_BYTES_MAX = 256 * 1024 * 1024;
