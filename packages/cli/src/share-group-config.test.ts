import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { groupFixture } from './testing/group-fixture.ts';

const { succeed, json, fail } = groupFixture();

/** Each setting: values at its edges, and values past them. Brokers' limits are narrower than the settings' own. */
const SETTINGS: Readonly<Record<string, { good: readonly string[]; bad: readonly string[] }>> = {
  'share.assignment.interval.ms': { good: ['0', '15000'], bad: ['-1', '15001'] },
  'share.auto.offset.reset': { good: ['earliest', 'latest', 'by_duration:PT1H'], bad: ['none', 'by_duration:-PT1H'] },
  'share.delivery.count.limit': { good: ['2', '10'], bad: ['1', '11'] },
  'share.heartbeat.interval.ms': { good: ['5000', '15000'], bad: ['4999', '15001'] },
  'share.isolation.level': { good: ['read_committed', 'read_uncommitted'], bad: ['serializable'] },
  'share.partition.max.record.locks': { good: ['100', '4000'], bad: ['99', '4001'] },
  'share.record.lock.duration.ms': { good: ['15000', '60000'], bad: ['14999', '60001'] },
  'share.renew.acknowledge.enable': { good: ['false', 'true'], bad: ['perhaps'] },
  'share.session.timeout.ms': { good: ['45000', '60000'], bad: ['44999', '60001'] },
};

describe('sluice config … group, for share groups', () => {
  it('lists every setting with its default', async () => {
    const settings: { name: string }[] = await json('config describe group q-none --all');
    const shares = settings.map(({ name }) => name).filter((name) => name.startsWith('share.'));
    assert.deepEqual(shares, Object.keys(SETTINGS));
  });

  for (const [setting, { good, bad }] of Object.entries(SETTINGS)) {
    it(`sets ${setting} within its limits, and says what is wrong past them`, async () => {
      const own = async () => {
        const settings: { name: string; value: string; source: string }[] = await json('config describe group q-set');
        return settings.filter(({ source }) => source === 'group').map(({ name, value }) => `${name}=${value}`);
      };
      for (const value of good) {
        await succeed(`config set group q-set ${setting}=${value}`);
        assert.deepEqual(await own(), [`${setting}=${value}`]);
      }
      for (const value of bad) {
        await fail(`config set group q-set ${setting}=${value}`, 'failed', new RegExp(`was refused: .*${setting}`));
      }
      assert.deepEqual(await own(), [`${setting}=${good.at(-1)}`]);
      await succeed(`config delete group q-set ${setting}`);
      assert.deepEqual(await own(), []);
    });
  }
});
