import type { Assignor } from '../assignors/assignor.ts';
import type { Group, GroupTable } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { ConsumerGroup } from './consumer-group.ts';
import type { TopicHashes } from './topic-hashes.ts';

/** Where the consumer groups of one shard live, and what they are decided with. */
export interface ConsumerScope {
  readonly environment: GroupEnvironment;
  readonly table: GroupTable;
  readonly topicHashes: TopicHashes;
  /** By name; the first is taken where members like two equally. */
  readonly assignors: ReadonlyMap<string, Assignor>;
}

export function consumerGroupOf(scope: ConsumerScope, groupId: string): ConsumerGroup | undefined {
  return asConsumerGroup(scope.table.get(groupId));
}

export function asConsumerGroup(group: Group | undefined): ConsumerGroup | undefined {
  return group instanceof ConsumerGroup ? group : undefined;
}
