import type { Difference } from '../difference.ts';

/** Batches, logs and their directories. */
export const logDifferences: readonly Difference[] = [
  {
    title: 'Compressed batches are not opened on the way in',
    kafka:
      'A compressed batch is decompressed and its records are checked; rubbish is UNKNOWN_SERVER_ERROR or INVALID_RECORD.',
    sluice:
      "The batch's header and checksum are checked; its records are opened only where the topic asks for it (compaction, " +
      'another compression, append-time limits).',
    reason:
      "Bytes pass through: no work per record. The checksum is the producer's own, so only a faulty client can write such a batch.",
    places: [
      { file: '00-', case: /^bytes that cannot be decompressed$/ },
      { file: '00-', case: /^counts and offsets that do not agree$/, path: /^1[34]\./ },
    ],
  },
  {
    title: 'A fetch returns whole batches',
    kafka: 'The last batch may be cut off at the byte limit; clients throw the piece away.',
    sluice: 'Batches that do not fit are left out (the first one of an answer is always whole in both).',
    reason: 'The piece is of no use to anybody.',
    places: [{ file: '01-', path: /records\[\d+\]$/, kafka: /^\{"_partialBytes":\d+\}$/, here: /^undefined$/ }],
  },
  {
    title: 'The log start beside an unknown compression',
    kafka: 'Produce v5 and v6 answer -1, later versions the log start offset.',
    sluice: 'The log start offset in all versions.',
    reason: 'It is true, and not worth a branch.',
    places: [{ file: '00-', case: /^an unknown compression$/, path: /logStartOffset$/ }],
  },
  {
    title: 'A clock that has just jumped deletes nothing',
    kafka: 'Retention, tombstones and the expiry of producers go by what the clock says at the moment of the check.',
    sluice:
      'They go by the earliest time that the clock stood at, beside the monotonic one, within the last day; a delete ' +
      'horizon is set by the latest. After a true jump ahead records stay for a day longer.',
    reason: 'A clock that is a day ahead for an hour must not cost a day of records (see docs/decisions).',
    places: [],
  },
  {
    title: 'A log that cannot be compacted is tried again',
    kafka: 'It is uncleanable until the broker is restarted; also where its segments would grow beyond 2 GB.',
    sluice:
      'It is tried again after a minute, then more seldom; what would grow too large is compacted without growing.',
    reason: 'What was wrong may pass, as a full disk does.',
    places: [],
  },
  {
    title: 'The largest timestamp is a record’s',
    kafka: 'ListOffsets for the largest timestamp finds nothing where compaction emptied the batch that had it.',
    sluice: 'It finds the largest that a record has.',
    reason: 'That is what was asked.',
    places: [],
  },
  {
    title: 'Logs of a directory that is not there are not made anew',
    kafka:
      'After a start without one of its log directories (a disk that is not mounted, or was replaced), a partition whose only replica was there is made anew, empty.',
    sluice:
      'It is offline, with KAFKA_STORAGE_ERROR and no leader, until the directory is back or the topic is deleted.',
    reason: 'An empty log in the place of one with records is silent loss.',
    places: [],
  },
  {
    title: 'One damaged log does not take its directory with it',
    kafka: 'Any I/O error of one partition takes its whole log directory offline.',
    sluice:
      'It takes that log offline; the directory follows once its own files fail (see docs/decisions/failing-directories.md).',
    reason: 'One bad sector would cost thousands of partitions.',
    places: [],
  },
  {
    title: 'A crash while a log changes its directory needs no help',
    kafka: 'A broker that finds a partition in two log directories does not start before somebody has deleted one.',
    sluice: 'A mark in the copy says which counts; where there is none, that partition alone stays closed.',
    reason: 'See docs/decisions/moves-between-directories.md.',
    places: [],
  },
];
