import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Uuid } from '@sluice/kernel/ids';
import { movedPartitions } from '../../testing/moved-partitions.ts';
import type { Assignment, AssignorInput, AssignorMember } from './assignor.ts';
import { ASSIGNORS } from './assignors.ts';

/**
 * What Apache Kafka 4.3.1's own classes made of generated groups: a line each. Members are
 * `[id, instanceId, rackId, topics, assignment before, assignment after]`, topics are meant by their place in `topics`
 * followed by `gone`. Not `exact` are those where Kafka's result hangs on the order of its hash tables.
 */
interface Recorded {
  readonly assignor: string;
  readonly exact: boolean;
  readonly topics: readonly (readonly [id: string, partitions: number])[];
  readonly gone: readonly string[];
  readonly members: readonly RecordedMember[];
}
type RecordedAssignment = readonly (readonly [topic: number, partitions: readonly number[]])[];
type RecordedMember = readonly [
  id: string,
  instanceId: string | null,
  rackId: string | null,
  topics: readonly number[],
  before: RecordedAssignment,
  after: RecordedAssignment,
];

const recorded: readonly Recorded[] = readFileSync(
  new URL('../../../vectors/assignments.jsonl', import.meta.url),
  'utf8',
)
  .trimEnd()
  .split('\n')
  .map((line) => JSON.parse(line));

describe('assignors and those of Apache Kafka 4.3.1', () => {
  it('agree, partition by partition, where Kafka does not depend on hash order', () => {
    const exact = recorded.filter(({ exact }) => exact);
    assert.ok(exact.length > 300, `${exact.length} groups`);
    for (const [line, group] of exact.entries()) {
      const { ours, kafkas } = resultsFor(group);
      assert.deepEqual(ours, kafkas, `group ${line} (${group.assignor})`);
    }
  });

  it('agree in how many each member gets and how many move, where it does', () => {
    const others = recorded.filter(({ exact }) => !exact);
    assert.ok(others.length > 20, `${others.length} groups`);
    for (const [line, group] of others.entries()) {
      const { input, ours, kafkas } = resultsFor(group);
      assert.deepEqual(sizes(ours), sizes(kafkas), `group ${line}`);
      const before = new Map([...input.members].map(([id, { assignment }]) => [id, assignment]));
      assert.equal(movedPartitions(before, ours), movedPartitions(before, kafkas), `group ${line}`);
    }
  });
});

function resultsFor(group: Recorded) {
  const input = inputOf(group);
  const ours = ASSIGNORS.get(group.assignor)?.assign(input);
  assert.ok(ours);
  const kafkas = new Map(group.members.map(([id, , , , , after]) => [id, assignmentOf(group, after)]));
  return { input, ours, kafkas };
}

function inputOf(group: Recorded): AssignorInput {
  const counts = new Map<Uuid, number>(group.topics);
  const members = group.members.map(([id, instanceId, rackId, topics, before]): [string, AssignorMember] => [
    id,
    {
      instanceId,
      rackId,
      subscribedTopicIds: new Set(topics.map((topic) => topicId(group, topic))),
      assignment: assignmentOf(group, before),
    },
  ]);
  return { members: new Map(members.reverse()), partitionCount: (id) => counts.get(id) };
}

function assignmentOf(group: Recorded, assignment: RecordedAssignment): Assignment {
  return new Map(assignment.map(([topic, partitions]) => [topicId(group, topic), partitions]));
}

function topicId({ topics, gone }: Recorded, topic: number): Uuid {
  const id = topics[topic]?.[0] ?? gone[topic - topics.length];
  assert.ok(id !== undefined);
  return id;
}

function sizes(target: ReadonlyMap<string, Assignment>): number[] {
  return [...target.values()]
    .map((assignment) => [...assignment.values()].reduce((sum, partitions) => sum + partitions.length, 0))
    .sort((a, b) => a - b);
}
