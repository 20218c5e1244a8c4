/** A number (or string) with a name: mixing two names does not compile, plain literals are accepted. */
declare const flavor: unique symbol;
export type Flavor<T, Name extends string> = T & { readonly [flavor]?: Name };

/** Position of a record in its partition, ≥ 0; specials are negative. Never beyond 2^53−1. */
export type Offset = Flavor<number, 'Offset'>;
/** Milliseconds since the Unix epoch; −1 is "none". */
export type TimestampMs = Flavor<number, 'TimestampMs'>;
export type ProducerId = Flavor<number, 'ProducerId'>;
export type ProducerEpoch = Flavor<number, 'ProducerEpoch'>;
export type LeaderEpoch = Flavor<number, 'LeaderEpoch'>;
export type NodeId = Flavor<number, 'NodeId'>;
/** 16 bytes as 22 characters of unpadded base64url, as Kafka prints them. */
export type Uuid = Flavor<string, 'Uuid'>;

export const ZERO_UUID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAA';

/** Where a log directory's id stands: the replica is in one that has failed (KIP-858). */
export const LOST_DIRECTORY: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';
