import assert from 'node:assert/strict';
import { test } from 'node:test';
import { realClock } from '@sluice/kernel/real/clock';
import { createSimDisk, type SimDisk } from '@sluice/kernel/sim/disk';
import { openEmbeddedStore } from '@sluice/metadata/store/embedded-store';
import type { MetadataStore } from '@sluice/metadata/store/metadata-store';
import { createTopic, produce } from '../testing/requests.ts';
import {
  beginShareState,
  type ShareMember,
  shareAcknowledge,
  shareFetch,
  shownShares,
} from '../testing/share-client.ts';
import { startTestBroker } from '../testing/test-broker.ts';

const [ACCEPT, RELEASE, REJECT] = [1, 2, 3];
/** Longer than any test: who waits for it has failed. */
const LONG_MS = 600_000;
const SETTINGS = { 'share.coordinator.state.topic.num.partitions': '1' };

function start(disk: SimDisk, store: MetadataStore) {
  return startTestBroker({ disk, store, settings: SETTINGS });
}

test('what was accepted or rejected is not delivered again after a power loss, and counts that were written stay', async () => {
  const store = openEmbeddedStore({ path: ':memory:', clock: realClock });
  const disk = createSimDisk();
  const first = await start(disk, store);
  const client = await first.connect();
  const topicId = await createTopic(client, 'orders');
  await beginShareState(client, 'workers', topicId);
  const member: ShareMember = { client, groupId: 'workers', memberId: 'a', topicId };
  await produce(client, ['0', '1', '2', '3', '4', '5']);
  const got = await shareFetch(member, { epoch: 0, maxWaitMs: LONG_MS });
  assert.deepEqual(shownShares(got), ['0: 0–5×1 = 0 1 2 3 4 5']);
  assert.equal(await shareAcknowledge(member, 1, [[1, 3, [ACCEPT, REJECT, RELEASE]]]), 0);
  // The power goes here; the process does not get its files closed.
  const remains = disk.reboot(1);
  await first.close().catch(() => {});

  await using second = await start(remains, store);
  const again = { ...member, client: await second.connect() };
  const rest = await shareFetch(again, { epoch: 0, maxWaitMs: LONG_MS });
  assert.deepEqual(shownShares(rest), ['0: 0–0×1 3–3×2 4–5×1 = 0 3 4 5']);
  assert.equal(
    await shareAcknowledge(again, 1, [
      [0, 0, [ACCEPT]],
      [3, 5, [ACCEPT]],
    ]),
    0,
  );
  assert.deepEqual(shownShares(await shareFetch(again, { epoch: 2 })), []);
  await second.close();
  await store.close();
});
