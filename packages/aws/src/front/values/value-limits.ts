/** Deeper than any shape of a service, far from the stack's end. */
export const DEPTH_MAX = 64;
/**
 * Values of all kinds in a body, names of members included in CBOR: many times the largest PutRecords. A body of 16 MiB can hold
 * as many million empty structures, which would take gigabytes.
 */
export const VALUES_MAX = 100_000;
