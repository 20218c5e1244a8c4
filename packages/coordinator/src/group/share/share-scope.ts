import type { TopicHashes } from '../consumer/topic-hashes.ts';
import type { GroupTable } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';

/** Where the share groups of one shard live, and what they are decided with. */
export interface ShareScope {
  readonly environment: GroupEnvironment;
  readonly table: GroupTable;
  readonly topicHashes: TopicHashes;
}
