import { ClassicGroup } from './classic/classic-group.ts';
import { createClassicGroups } from './classic/classic-groups.ts';
import { createConsumerGroups } from './consumer/consumer-groups.ts';
import type { GroupEnvironment } from './group-environment.ts';
import { createGroupShard, type GroupShard } from './group-shard.ts';
import { createGroupTable } from './group-table.ts';
import { createGroupOffsets } from './offsets/group-offsets.ts';
import { createShareGroups } from './share/share-groups.ts';

/** A shard with all kinds of groups. */
export function composeGroupShard(environment: GroupEnvironment): GroupShard {
  const table = createGroupTable();
  return createGroupShard({
    table,
    putOff: environment.putOff,
    classic: createClassicGroups(environment, table),
    consumer: createConsumerGroups(environment, table),
    offsets: createGroupOffsets(
      environment,
      table,
      (groupId, now) => new ClassicGroup(groupId, now, environment.heldMetadata),
    ),
    share: createShareGroups(environment, table),
  });
}
