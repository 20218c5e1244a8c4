import { type Attack, pick } from '../attack.ts';
import { sendAndProbe, sendRequest } from '../blow.ts';
import { withSize } from '../corpus.ts';

/** Header v1 and v2 with an empty client id; the correlation id is 1. */
function request(apiKey: number, version: number, isFlexible: boolean, rest: string): Buffer {
  const header = Buffer.alloc(10);
  header.writeInt16BE(apiKey, 0);
  header.writeInt16BE(version, 2);
  header.writeInt32BE(1, 4);
  return withSize(Buffer.concat([header, Buffer.from(isFlexible ? `00${rest}` : rest, 'hex')]));
}

/** 2^32−1 as a varint; with compact lengths 2^32−2 elements. */
const VARINT_MAX = 'ffffffff0f';
/** Ten bytes that do not end: no varint of 32 bits is that long. */
const VARINT_OVERLONG = 'ffffffffffffffffffff';

const FRAMES: readonly Buffer[] = [
  // Metadata: topics.
  request(3, 0, false, '7fffffff'),
  request(3, 1, false, 'fffffffe'),
  request(3, 12, true, VARINT_MAX),
  request(3, 12, true, VARINT_OVERLONG),
  // Produce: topics, partitions, the records' length.
  request(0, 3, false, `ffffffff00007530${'7fffffff'}`),
  request(0, 3, false, `ffffffff00007530000000010001617fffffff`),
  request(0, 3, false, `ffffffff0001000075300000000100016100000001000000007fffffff`),
  request(0, 9, true, `00000100007530${VARINT_MAX}`),
  // CreateTopics: topics, assignments.
  request(19, 5, true, VARINT_MAX),
  request(19, 5, true, `020261000000010001${VARINT_MAX}`),
  // A header whose tagged fields are many, huge, or of an overlong tag.
  request(18, 3, false, VARINT_MAX),
  request(18, 3, false, `0100${VARINT_MAX}`),
  request(18, 3, false, `01${VARINT_OVERLONG}`),
  // ApiVersions v3: strings and tagged fields in the body.
  request(18, 3, true, `${VARINT_MAX}00`),
  request(18, 3, true, `0101${VARINT_MAX}`),
  // DescribeCluster with 100,000 tagged fields that are each empty and one that goes past the end.
  request(60, 0, true, `00${'a08d06'}${'0100'.repeat(100_000).slice(0, 400_000)}`),
  // A client id longer than the frame.
  withSize(Buffer.from('001200000000000100007fff', 'hex').subarray(0, 10)),
];

/** F21: arrays, strings and tagged fields that claim more than any frame holds, varints that do not end. */
export const hugeCounts: Attack = {
  name: 'huge-counts',
  fault: 'F21',
  weight: 4,
  strike(field, random) {
    if (random.chance(0.6)) return sendAndProbe(field, [pick(random, FRAMES)], 'a huge count');
    // The same in the middle of anything: a length somewhere becomes the largest there is.
    const recorded = pick(random, field.corpus.requests);
    const claim = Buffer.from(pick(random, ['7fffffff', '7ffffff0', VARINT_MAX, VARINT_OVERLONG, '7fff']), 'hex');
    const body = Buffer.concat([recorded.body, Buffer.alloc(claim.length)]);
    claim.copy(body, random.below(recorded.body.length + 1));
    return sendRequest(field, { ...recorded, body });
  },
};
