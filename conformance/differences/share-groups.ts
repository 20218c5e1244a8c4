import type { Difference } from '../difference.ts';

/** Share groups. */
export const shareGroupDifferences: readonly Difference[] = [
  {
    title: 'Where a share group begins is kept from the start',
    kafka:
      'The offset that share.auto.offset.reset gives is kept in memory until something is acknowledged: a group at latest whose broker dies before begins behind records that it was given.',
    sluice: 'It is written before anything is delivered; DescribeShareGroupOffsets shows it from then on.',
    reason: 'Those records would be lost to the group.',
    places: [],
  },
  {
    title: 'A member of a share group whose last answer came too late',
    kafka:
      'It may go on with the epoch before, but is not told what was assigned to it meanwhile, and what is to be begun ' +
      'for its group is begun half a minute later.',
    sluice: 'It is told with its next heartbeat, and that begins what is missing.',
    reason: 'It would sit idle, for ever if its client does not tell its subscription again.',
    places: [{ file: '76-', case: /epochs that are not those of the member/, path: /\.assignment\b/ }],
  },
  {
    title: 'A share group that begins by duration where nothing is as young',
    kafka: 'Its fetches fail until there is a record that is.',
    sluice: 'It begins at the end, as a consumer does.',
    reason: 'The next record is the first that is young enough.',
    places: [{ file: '78-share-fetch-logs', case: /where a group begins: by_duration:PT1S/ }],
  },
  {
    title: 'Records of aborted transactions use up no record locks',
    kafka:
      'In a group that reads committed records they stay in flight until something else is acknowledged; as many of them as there are locks stop the partition for the group.',
    sluice: 'They are passed over at once.',
    reason: 'Nobody would ever acknowledge them.',
    places: [],
  },
  {
    title: 'What compaction and retention take is not left to do',
    kafka:
      'A share group learns of it in memory only: its lag stays until something behind is acknowledged, which may be never.',
    sluice: 'It is written at once, as an acknowledgement is.',
    reason: 'A group that has done everything has a lag of 0.',
    places: [],
  },
  {
    title: 'A member whose connection is gone acquires nothing',
    kafka: 'Its ShareFetch that waits goes on to wait, and locks records that nobody will see until their locks end.',
    sluice: 'The fetch ends with the connection.',
    reason: 'The records are late by half a minute.',
    places: [],
  },
  {
    title: 'A ShareFetch that can give nothing but errors',
    kafka: 'Where the state of all its partitions cannot be read, it is answered when its time is over.',
    sluice: 'It is answered at once.',
    reason: 'Waiting changes nothing: what passes was waited for before.',
    places: [],
  },
  {
    title: 'A refused acknowledgement renews no lock',
    kafka: 'Locks that come before the fault in the same request are renewed.',
    sluice: 'All of a partition counts, or nothing.',
    reason: 'The answer is about the partition as a whole.',
    places: [],
  },
  {
    title: 'A share session that names an unknown topic',
    kafka: 'ShareFetch fails inside as long as the session has it: UNKNOWN_SERVER_ERROR for all partitions.',
    sluice: 'UNKNOWN_TOPIC_ID for that topic; the others are served.',
    reason: 'It says what is wrong, and nothing else suffers.',
    places: [{ file: '78-', case: /topics and partitions that do not exist|a topic that is deleted under a member/ }],
  },
  {
    title: 'Share state that is deleted under a member',
    kafka: 'What is in memory is delivered on, though nothing of it can be acknowledged.',
    sluice: 'Its fetches and acknowledgements are refused until the state is begun again.',
    reason: 'Records would be worked on in vain.',
    places: [{ file: '79-', case: /state that is deleted/ }],
  },
  {
    title: 'What the sessions of share groups fetch has a limit',
    kafka: 'A session takes as many partitions as a request names, also those that do not exist.',
    sluice:
      'All sessions of a broker together name 200,000 partitions; whoever adds more is told ' +
      'SHARE_SESSION_LIMIT_REACHED, as with one session too many.',
    reason: 'Each costs memory for as long as the session lasts.',
    places: [],
  },
];
