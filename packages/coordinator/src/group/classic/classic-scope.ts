import type { GroupTable } from '../group.ts';
import type { GroupEnvironment } from '../group-environment.ts';
import { ClassicGroup } from './classic-group.ts';

/** Where the classic groups of one shard live. */
export interface ClassicScope {
  readonly environment: GroupEnvironment;
  readonly table: GroupTable;
}

export function classicGroupOf(scope: ClassicScope, groupId: string): ClassicGroup | undefined {
  const group = scope.table.get(groupId);
  return group instanceof ClassicGroup ? group : undefined;
}
