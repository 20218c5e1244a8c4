import type { Difference } from '../difference.ts';

/** Groups and their offsets. */
export const groupDifferences: readonly Difference[] = [
  {
    title: 'A member epoch without a member',
    kafka: 'OffsetFetch with a member epoch and no member id fails inside: UNKNOWN_SERVER_ERROR.',
    sluice: 'UNKNOWN_MEMBER_ID.',
    reason: 'It says what is wrong.',
    places: [
      { file: '09-', case: /^as a member of a consumer group/, path: /^9\.groups\[.*\]\.errorCode$/, kafka: /^-1$/ },
    ],
  },
  {
    title: 'What could not be written leaves no trace',
    kafka:
      'After a subscription that is too large to be written, ConsumerGroupDescribe lists a member of the group twice.',
    sluice: 'Each member is listed once.',
    reason: 'There is one.',
    places: [{ file: '68-', case: /^more topics than a record can hold$/, path: /^4\.groups\[.*\]\.members\[1\]$/ }],
  },
  {
    title: 'A group that becomes classic while partitions move',
    kafka: 'DescribeGroups shows what each member was to have, although some of that may still be with another.',
    sluice: 'It shows what each member has, until the rebalance that follows at once.',
    reason:
      'If the group is upgraded again before it has rebalanced, a partition on its way would be taken for that of a member ' +
      'who does not know of it, and two would read it.',
    places: [{ file: '68-', case: /^the last new member leaves/, path: /^7\..*\.memberAssignment$/ }],
  },
  {
    title: 'Partitions whose offsets could not be fetched are named',
    kafka:
      'OffsetFetch v2 to v7 has one error for the whole answer, and names no partition then: for instance while the ' +
      'coordinator of the group loads.',
    sluice: 'The answer has the error, and so has each partition that was asked for.',
    reason:
      'aiokafka does not look at the error of the whole answer. It takes what is not named for not committed, begins at ' +
      'auto_offset_reset, and does again what was done.',
    places: [],
  },
  {
    title: 'What members of groups and requests about groups may claim has limits',
    kafka:
      'A member may name as many topics, protocols and bytes as its request holds; a group or a partition that a request names again is answered each time.',
    sluice:
      'A member names at most 10,000 topics, the members of a group 50,000; a classic member has 1,000 protocols and 2 MB of metadata, the members of all classic groups of a broker 256 MB together (others are told COORDINATOR_NOT_AVAILABLE); a classic group of more than 1 MB is not upgraded; what a request names again is answered up to ten times.',
    reason: 'Each of them let one client hold up everybody for seconds, or take hundreds of megabytes.',
    places: [],
  },
  {
    title: 'The first FindCoordinator waits for its topic',
    kafka: 'COORDINATOR_NOT_AVAILABLE while __consumer_offsets is made; clients ask again.',
    sluice: 'The answer comes once the topic is there.',
    reason: 'A first consumer starts sooner by the time that its client would wait before it asks again.',
    places: [],
  },
];
