import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { type Logger, silentLogger } from '@sluice/kernel/logger';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { createClassicFixture } from '../testing/classic-fixture.ts';
import { createHeldMetadata } from './held-metadata.ts';

const saying = (sizeBytes: number) => [{ name: 'range', metadata: Buffer.alloc(sizeBytes) }];

describe('what classic members hold together', () => {
  test('members join up to the limit, and not one byte more; who leaves makes room', () => {
    const budget = createHeldMetadata(silentLogger, 100);
    const fixture = createClassicFixture({ heldMetadata: budget.ofShard() });
    const a = fixture.join({ groupId: 'one', protocols: saying(60) });
    assert.equal(
      fixture.join({ groupId: 'two', protocols: saying(41) }).response?.errorCode,
      COORDINATOR_NOT_AVAILABLE,
    );
    assert.equal(fixture.table.get('two'), undefined);
    const b = fixture.join({ groupId: 'two', protocols: saying(40) });
    assert.deepEqual([a.response, b.response], [undefined, undefined], 'both wait for others');
    assert.equal(budget.sizeBytes, 100);
    const [memberId] = fixture.group('one').members.keys();
    fixture.leave({ groupId: 'one', members: [{ memberId: memberId ?? '', groupInstanceId: null, reason: null }] });
    assert.equal(budget.sizeBytes, 40);
  });

  test('a member that joins again counts once, and may say less though there is no room', () => {
    const budget = createHeldMetadata(silentLogger, 100);
    const fixture = createClassicFixture({ heldMetadata: budget.ofShard() });
    fixture.join({ protocols: saying(100) });
    const [memberId = ''] = fixture.group().members.keys();
    assert.equal(fixture.join({ memberId, protocols: saying(101) }).response?.errorCode, COORDINATOR_NOT_AVAILABLE);
    assert.equal(fixture.join({ memberId, protocols: saying(100) }).response, undefined);
    assert.equal(budget.sizeBytes, 100);
    fixture.join({ memberId, protocols: saying(30) });
    assert.equal(budget.sizeBytes, 30);
  });

  test('a shard that goes takes with it what it held, and another’s stays', async () => {
    const budget = createHeldMetadata(silentLogger, 1000);
    const fixtures = [1, 2].map(() => createClassicFixture({ heldMetadata: budget.ofShard() }));
    for (const fixture of fixtures) fixture.join({ protocols: saying(70) });
    assert.equal(budget.sizeBytes, 140);
    fixtures[0]?.groups.onUnloaded(ErrorCode.NOT_COORDINATOR);
    assert.equal(budget.sizeBytes, 70);
  });

  test('what is loaded counts too', async () => {
    const before = createClassicFixture();
    const joined = before.join({ protocols: saying(70) });
    await before.clock.advance(10_000);
    const { memberId = '', generationId = 0 } = joined.response ?? {};
    before.sync({ memberId, generationId, assignments: [] });
    const budget = createHeldMetadata(silentLogger, 1000);
    createClassicFixture({ heldMetadata: budget.ofShard(), records: before.records });
    assert.equal(budget.sizeBytes, 70);
  });

  test('that the limit is reached is told once, until there was room for a while', () => {
    const lines: string[] = [];
    const logger: Logger = { ...silentLogger, warn: (message) => void lines.push(message) };
    const held = createHeldMetadata(logger, 100).ofShard();
    held.change(90);
    assert.deepEqual([held.hasRoomFor(10), held.hasRoomFor(11), held.hasRoomFor(12)], [true, false, false]);
    assert.equal(lines.length, 1);
    held.change(-60);
    held.change(60);
    assert.equal(held.hasRoomFor(11), false);
    assert.equal(lines.length, 2);
  });
});

const { COORDINATOR_NOT_AVAILABLE } = ErrorCode;
