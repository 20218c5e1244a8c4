import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { API_VERSIONS, createTopic, produce } from '../testing/requests.ts';
import {
  beginShareState,
  type ShareMember,
  shareAcknowledge,
  shareFetch,
  shownShares,
  writtenStart,
} from '../testing/share-client.ts';
import { startTestBroker, type TestBroker } from '../testing/test-broker.ts';

const ACCEPT = 1;
const RELEASE = 2;
const RENEW = 4;
/** Longer than any test: who waits for it has failed. */
const LONG_MS = 600_000;

function startShareBroker(settings: Readonly<Record<string, string>> = {}): Promise<TestBroker> {
  return startTestBroker({ settings: { 'share.coordinator.state.topic.num.partitions': '2', ...settings } });
}

/** A topic `orders` and members of a group that reads it from the start. */
async function scene(broker: TestBroker, memberIds: readonly string[] = ['a'], partitionCount = 1) {
  const producer = await broker.connect();
  const topicId = await createTopic(producer, 'orders', partitionCount);
  await beginShareState(producer, 'workers', topicId, { partitionCount });
  const members: ShareMember[] = [];
  for (const memberId of memberIds) {
    members.push({ client: await broker.connect(), groupId: 'workers', memberId, topicId });
  }
  return { producer, topicId, members };
}

/** A fetch that has begun to wait: requests of a connection begin in turn. */
async function begun(member: ShareMember, epoch: number) {
  const before = member.client.ask(API_VERSIONS, 0, {});
  const response = shareFetch(member, { epoch, maxWaitMs: LONG_MS });
  await before;
  return { response };
}

test('records are acquired, accepted with the next fetch, and not delivered again', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker);
  const [a] = members as [ShareMember];
  await produce(producer, ['x', 'y']);
  const first = await shareFetch(a, { epoch: 0 });
  assert.deepEqual(shownShares(first), ['0: 0–1×1 = x y']);
  assert.equal(first.acquisitionLockTimeoutMs, 30_000);
  await produce(producer, ['z']);
  const second = await shareFetch(a, { epoch: 1, acknowledgements: [[0, 1, [ACCEPT]]] });
  assert.deepEqual(shownShares(second), ['0: 2–2×1 = z']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 2, acknowledgements: [[2, 2, [ACCEPT]]] })), ['0:']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 3 })), []);
});

test('a fetch waits for an append, and for what another member lets go', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker, ['a', 'b']);
  const [a, b] = members as [ShareMember, ShareMember];
  const waiting = await begun(a, 0);
  await produce(producer, ['x', 'y']);
  assert.deepEqual(shownShares(await waiting.response), ['0: 0–1×1 = x y']);
  const next = await begun(b, 0);
  assert.equal(await shareAcknowledge(a, 1, [[0, 1, [RELEASE, ACCEPT]]]), ErrorCode.NONE);
  assert.deepEqual(shownShares(await next.response), ['0: 0–0×2 = x']);
});

test('a release that goes with a fetch is heard of when that ends: others may have accepted the record by then', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker, ['a', 'b']);
  const [a, b] = members as [ShareMember, ShareMember];
  await produce(producer, ['x']);
  await shareFetch(a, { epoch: 0 });
  const waiting = await begun(b, 0);
  const heard: string[] = [];
  const release = shareFetch(a, { epoch: 1, acknowledgements: [[0, 0, [RELEASE]]], maxWaitMs: LONG_MS });
  void release.then(() => heard.push('released'));
  assert.deepEqual(shownShares(await waiting.response), ['0: 0–0×2 = x']);
  assert.equal(await shareAcknowledge(b, 1, [[0, 0, [ACCEPT]]]), ErrorCode.NONE);
  heard.push('accepted');
  await produce(producer, ['y']);
  assert.deepEqual(shownShares(await release), ['0: 1–1×1 = y']);
  assert.deepEqual(heard, ['accepted', 'released']);
});

test('members that wait are served in turn', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker, ['a', 'b', 'c']);
  const [a, b, c] = members as [ShareMember, ShareMember, ShareMember];
  const waits = [await begun(b, 0), await begun(c, 0), await begun(a, 0)];
  const got: string[] = [];
  for (const [index, value] of ['x', 'y', 'z'].entries()) {
    await produce(producer, [value]);
    got.push(...shownShares(await (waits[index] as { response: ReturnType<typeof shareFetch> }).response));
  }
  assert.deepEqual(got, ['0: 0–0×1 = x', '0: 1–1×1 = y', '0: 2–2×1 = z']);
});

test('what a member holds is let go when its session ends, or its connection', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker, ['a', 'b']);
  const [a, b] = members as [ShareMember, ShareMember];
  await produce(producer, ['x']);
  await shareFetch(a, { epoch: 0 });
  const waiting = await begun(b, 0);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: -1 })), []);
  assert.deepEqual(shownShares(await waiting.response), ['0: 0–0×2 = x']);
  const again = { ...a, client: await broker.connect() };
  const next = await begun(again, 0);
  b.client.close();
  assert.deepEqual(shownShares(await next.response), ['0: 0–0×3 = x']);
});

test('a fetch of a member whose connection is gone acquires nothing', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker, ['a', 'b']);
  const [a, b] = members as [ShareMember, ShareMember];
  const gone = await begun(a, 0);
  gone.response.catch(() => {});
  const waiting = await begun(b, 0);
  a.client.close();
  await a.client.closed;
  await produce(producer, ['x']);
  assert.match(shownShares(await waiting.response)[0] ?? '', /^0: 0–0×[12] = x$/);
});

test('the state survives the end of all sessions', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker);
  const [a] = members as [ShareMember];
  await produce(producer, ['x', 'y', 'z']);
  await shareFetch(a, { epoch: 0 });
  assert.equal(await shareAcknowledge(a, 1, [[1, 1, [ACCEPT]]]), ErrorCode.NONE);
  assert.equal(await shareAcknowledge(a, -1, []), ErrorCode.NONE);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0 })), ['0: 0–0×2 2–2×2 = x z']);
});

test('sessions: epochs follow each other, and an unknown one is refused', async () => {
  await using broker = await startShareBroker();
  const { members } = await scene(broker);
  const [a] = members as [ShareMember];
  const { SHARE_SESSION_NOT_FOUND, INVALID_SHARE_SESSION_EPOCH, INVALID_REQUEST } = ErrorCode;
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 1 })), [`error ${SHARE_SESSION_NOT_FOUND}`]);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: -1 })), [`error ${SHARE_SESSION_NOT_FOUND}`]);
  const withAcknowledgement = await shareFetch(a, { epoch: 0, acknowledgements: [[0, 0, [ACCEPT]]] });
  assert.deepEqual(shownShares(withAcknowledgement), [`error ${INVALID_REQUEST}`]);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0 })), ['0:']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 2 })), [`error ${INVALID_SHARE_SESSION_EPOCH}`]);
  assert.equal(await shareAcknowledge(a, 0, []), INVALID_SHARE_SESSION_EPOCH);
  assert.equal(await shareAcknowledge(a, 1, []), ErrorCode.NONE);
  assert.equal(await shareAcknowledge(a, 1, []), INVALID_SHARE_SESSION_EPOCH);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 2 })), []);
});

test('as many sessions as there may be, and not one more', async () => {
  await using broker = await startShareBroker({ 'group.share.max.share.sessions': '1' });
  const { members } = await scene(broker, ['a', 'b']);
  const [a, b] = members as [ShareMember, ShareMember];
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0 })), ['0:']);
  assert.deepEqual(shownShares(await shareFetch(b, { epoch: 0 })), [`error ${ErrorCode.SHARE_SESSION_LIMIT_REACHED}`]);
  await shareFetch(a, { epoch: -1 });
  assert.deepEqual(shownShares(await shareFetch(b, { epoch: 0 })), ['0:']);
});

test('requests that nobody can serve', async () => {
  await using broker = await startShareBroker();
  const { members } = await scene(broker);
  const [a] = members as [ShareMember];
  const error = (code: number) => [`error ${code}`];
  const { INVALID_REQUEST, UNKNOWN_SERVER_ERROR } = ErrorCode;
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0, groupId: null })), error(INVALID_REQUEST));
  for (const memberId of [null, '', 'x'.repeat(37)]) {
    assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0, memberId })), error(INVALID_REQUEST));
  }
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0, shareAcquireMode: 2 })), error(UNKNOWN_SERVER_ERROR));
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0, isRenewAck: true })), error(INVALID_REQUEST));
  const nobody = { ...a, groupId: 'nobody' };
  assert.deepEqual(shownShares(await shareFetch(nobody, { epoch: 0 })), [`0: error ${UNKNOWN_SERVER_ERROR}`]);
});

test('partitions and topics that do not exist', async () => {
  await using broker = await startShareBroker();
  const { members } = await scene(broker);
  const [a] = members as [ShareMember];
  const { UNKNOWN_TOPIC_ID, UNKNOWN_TOPIC_OR_PARTITION } = ErrorCode;
  const beyond = await shareFetch(a, { epoch: 0, partitions: [7] });
  assert.deepEqual(shownShares(beyond), [`7: error ${UNKNOWN_TOPIC_OR_PARTITION}`]);
  const unknown = { ...a, topicId: 'AAAAAAAAAAAAAAAAAAAAEg' };
  assert.deepEqual(shownShares(await shareFetch(unknown, { epoch: 0 })), [`0: error ${UNKNOWN_TOPIC_ID}`]);
  assert.deepEqual(shownShares(await shareFetch(unknown, { epoch: 1 })), [`0: error ${UNKNOWN_TOPIC_ID}`]);
  assert.equal(await shareAcknowledge(unknown, 2, [[0, 0, [ACCEPT]]]), UNKNOWN_TOPIC_ID);
  assert.equal(await shareAcknowledge(a, 3, [[0, 0, [ACCEPT]]]), UNKNOWN_TOPIC_OR_PARTITION);
});

test('acknowledgements that cannot be', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker);
  const [a] = members as [ShareMember];
  await produce(producer, ['x', 'y', 'z']);
  await shareFetch(a, { epoch: 0 });
  let epoch = 0;
  const { INVALID_REQUEST, INVALID_RECORD_STATE } = ErrorCode;
  for (const wrong of [
    [[1, 0, [ACCEPT]]],
    [
      [1, 2, [ACCEPT]],
      [0, 0, [ACCEPT]],
    ],
    [[0, 2, []]],
    [[0, 2, [ACCEPT, ACCEPT]]],
    [[0, 2, [5]]],
    [[0, 2, [-1]]],
    [[0, 2, [RENEW]]],
    [[0, 3, [ACCEPT]]],
  ] as const) {
    assert.equal(await shareAcknowledge(a, ++epoch, wrong), INVALID_REQUEST, JSON.stringify(wrong));
  }
  assert.equal(await shareAcknowledge(a, ++epoch, [[0, 2, [RENEW]]], true), ErrorCode.NONE);
  assert.equal(await shareAcknowledge(a, ++epoch, [[0, 1, [ACCEPT]]]), ErrorCode.NONE);
  assert.equal(await shareAcknowledge(a, ++epoch, [[1, 2, [ACCEPT]]]), ErrorCode.NONE);
  assert.equal(await shareAcknowledge(a, ++epoch, [[0, 2, [ACCEPT]]]), ErrorCode.NONE);
  await produce(producer, ['w']);
  await shareFetch(a, { epoch: ++epoch });
  assert.equal(await shareAcknowledge(a, ++epoch, [[3, 3, [RELEASE]]]), ErrorCode.NONE);
  assert.equal(await shareAcknowledge(a, ++epoch, [[3, 3, [ACCEPT]]]), INVALID_RECORD_STATE);
});

test('locks are renewed with a fetch that fetches nothing', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker);
  const [a] = members as [ShareMember];
  await produce(producer, ['x']);
  await shareFetch(a, { epoch: 0 });
  const nothing = { isRenewAck: true, maxBytes: 0, minBytes: 0, maxRecords: 0, maxWaitMs: 0 };
  const renewed = await shareFetch(a, { epoch: 1, acknowledgements: [[0, 0, [RENEW]]], ...nothing });
  assert.deepEqual(shownShares(renewed), ['0:']);
});

test('the record limit, the size limit and the batches that are sent', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker);
  const [a] = members as [ShareMember];
  await produce(producer, ['a', 'b', 'c']);
  await produce(producer, ['d']);
  const limited = await shareFetch(a, { epoch: 0, maxRecords: 2, shareAcquireMode: 1 });
  assert.deepEqual(shownShares(limited), ['0: 0–1×1 = a b']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 1, maxRecords: 1 })), ['0: 2–2×1 = c']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 2, maxBytes: 1 })), ['0: 3–3×1 = d']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 3, maxBytes: 0 })), []);
});

test('less than the minimum is held back until the time is over', async () => {
  await using broker = await startShareBroker();
  const { producer, members } = await scene(broker);
  const [a] = members as [ShareMember];
  await produce(producer, ['x']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 0, minBytes: 5_000, maxWaitMs: 20 })), ['0: 0–0×1 = x']);
});

test('all partitions of a session are read, and one that is forgotten is not', async () => {
  await using broker = await startShareBroker();
  const { producer, members, topicId } = await scene(broker, ['a'], 3);
  const [a] = members as [ShareMember];
  for (const partition of [0, 1, 2]) await produce(producer, [`p${partition}`], { partition });
  const got: string[] = [];
  let epoch = 0;
  while (got.length < 3) {
    const partitions = [[0, 1], [2]][epoch] ?? [];
    got.push(...shownShares(await shareFetch(a, { epoch: epoch++, partitions, maxWaitMs: LONG_MS })));
  }
  assert.deepEqual(got.sort(), ['0: 0–0×1 = p0', '1: 0–0×1 = p1', '2: 0–0×1 = p2']);
  for (const partition of [0, 1, 2]) await produce(producer, [`q${partition}`], { partition });
  const forgottenTopicsData = [{ topicId, partitions: [0] }];
  const last = shownShares(await shareFetch(a, { epoch, forgottenTopicsData }));
  assert.deepEqual(last.sort(), ['1: 1–1×1 = q1', '2: 1–1×1 = q2']);
});

test('a group that begins at the end does so before the first record, also if it is never told again', async () => {
  await using broker = await startShareBroker();
  const producer = await broker.connect();
  const topicId = await createTopic(producer, 'orders');
  await produce(producer, ['old']);
  await beginShareState(producer, 'late', topicId, { startOffset: -1 });
  const a = { client: await broker.connect(), groupId: 'late', memberId: 'a', topicId };
  const waiting = await begun(a, 0);
  while ((await writtenStart(producer, a)) === -1);
  await produce(producer, ['new']);
  assert.deepEqual(shownShares(await waiting.response), ['0: 1–1×1 = new']);
  a.client.close();
  const next = { ...a, client: await broker.connect() };
  assert.deepEqual(shownShares(await shareFetch(next, { epoch: 0, maxWaitMs: LONG_MS })), ['0: 1–1×2 = new']);
});

test('a fetch without a minimum is answered once all partitions are begun, whether they have records or not', async () => {
  await using broker = await startShareBroker();
  const producer = await broker.connect();
  const topicId = await createTopic(producer, 'orders', 3);
  await produce(producer, ['old']);
  await beginShareState(producer, 'late', topicId, { startOffset: -1, partitionCount: 3 });
  const a = { client: await broker.connect(), groupId: 'late', memberId: 'a', topicId };
  const topics = [0, 1, 2].map((partitionIndex) => ({ partitionIndex, acknowledgementBatches: [] }));
  const atOnce = { minBytes: 0, maxWaitMs: LONG_MS };
  const first = await shareFetch(a, { epoch: 0, topics: [{ topicId, partitions: topics }], ...atOnce });
  assert.deepEqual(shownShares(first).sort(), ['0:', '1:', '2:']);
  await produce(producer, ['new']);
  assert.deepEqual(shownShares(await shareFetch(a, { epoch: 1, ...atOnce })), ['0: 1–1×1 = new']);
});

test('a fetch that waits is answered when the broker stops', async () => {
  await using broker = await startShareBroker();
  const { members } = await scene(broker);
  const [a] = members as [ShareMember];
  const waiting = await begun(a, 0);
  const closing = broker.close();
  assert.deepEqual(shownShares(await waiting.response), ['0:']);
  await closing;
});
