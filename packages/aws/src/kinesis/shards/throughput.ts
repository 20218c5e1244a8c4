const MIB = 1024 * 1024;

/** What a shard takes, and gives to all readers without enhanced fan-out. */
export const WRITE_BYTES_PER_S = MIB;
export const WRITE_RECORDS_PER_S = 1_000;
export const READ_BYTES_PER_S = 2 * MIB;
export const READS_PER_S = 5;
/** Of GetShardIterator. */
export const ITERATORS_PER_S = 5;
