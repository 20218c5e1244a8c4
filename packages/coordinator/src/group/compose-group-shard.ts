import { ClassicGroup } from './classic/classic-group.ts';
import { createClassicGroups } from './classic/classic-groups.ts';
import type { GroupEnvironment } from './group-environment.ts';
import { createGroupShard, type GroupShard } from './group-shard.ts';
import { createGroupTable } from './group-table.ts';
import { noConsumerGroups } from './no-consumer-groups.ts';
import { createGroupOffsets } from './offsets/group-offsets.ts';

/** A shard with all kinds of groups. */
export function composeGroupShard(environment: GroupEnvironment): GroupShard {
  const table = createGroupTable();
  const classic = createClassicGroups(environment, table);
  const offsets = createGroupOffsets(environment, table, (groupId, now) => new ClassicGroup(groupId, now));
  return createGroupShard({ table, classic, consumer: noConsumerGroups, offsets });
}
