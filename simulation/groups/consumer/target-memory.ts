import type { GroupRecord } from '@sluice/coordinator/group/group-record';
import type { GroupView } from './group-view.ts';
import type { PartitionKey } from './partition-key.ts';

/** Targets by member id. */
export type Targets = ReadonlyMap<string, ReadonlySet<PartitionKey>>;

/** What each member's target was when targets were computed last; whoever left since then has none. */
export interface TargetMemory {
  readonly before: Targets;
  /** Each record, before it is applied to the view. */
  see(record: GroupRecord, view: GroupView): void;
  /** The targets were computed. */
  remember(view: GroupView): void;
}

export function createTargetMemory(): TargetMemory {
  let before = new Map<string, ReadonlySet<PartitionKey>>();
  /** By instance id: of a static member that is being replaced, which raises no epoch. */
  const vacated = new Map<string, ReadonlySet<PartitionKey>>();

  function vacate(memberId: string, instanceId: string | null): void {
    const target = before.get(memberId);
    before.delete(memberId);
    if (instanceId !== null && target !== undefined) vacated.set(instanceId, target);
  }

  function inherit(memberId: string, instanceId: string | null): void {
    const target = instanceId === null ? undefined : vacated.get(instanceId);
    if (target !== undefined) before.set(memberId, target);
  }

  return {
    get before() {
      return before;
    },
    see(record, view) {
      if (record.type === 'consumer-group-metadata') vacated.clear();
      else if (record.type === 'consumer-group-target-assignment-member' && record.value === null) {
        const { memberId } = record.key;
        vacate(memberId, view.members.get(memberId)?.instanceId ?? null);
      } else if (record.type === 'consumer-group-member-metadata' && record.value !== null) {
        inherit(record.key.memberId, record.value.instanceId);
      }
    },
    remember(view) {
      before = new Map(view.targets);
      vacated.clear();
    },
  };
}
