import type { GroupSettings } from '@sluice/coordinator/group/group-environment';
import {
  type BrokerValues,
  brokerConfig,
  brokerList,
  brokerNumber,
  brokerText,
  brokerValues,
} from '@sluice/metadata/config/broker-values';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import { groupBoundNames, groupNumber } from '@sluice/metadata/config/validate-group-configs';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';

const MINUTE_MS = 60_000;

type Kind = 'consumer' | 'share';
type MemberSetting = `${Kind}.${'session.timeout.ms' | 'heartbeat.interval.ms' | 'assignment.interval.ms'}`;

/** Kafka's group settings, read again when the image has moved. */
export function createGroupSettings(image: ClusterImage, staticConfig: StaticConfig): GroupSettings {
  let revision = -1;
  let values: BrokerValues = brokerValues(image, staticConfig);
  let shared = readShared(values);
  /** Of the groups that have settings of their own. */
  let ownByGroup = new Map<string, number>();
  let defaults = new Map<MemberSetting, number>();

  function current(): SharedSettings {
    if (image.revision !== revision) {
      revision = image.revision;
      values = brokerValues(image, staticConfig);
      shared = readShared(values);
      ownByGroup = new Map();
      defaults = new Map();
    }
    return shared;
  }

  function ofGroup(groupId: string, setting: MemberSetting): number {
    current();
    const configs = image.config('group', groupId);
    if (!configs.has(setting)) {
      return defaults.get(setting) ?? remember(defaults, setting, brokerNumber(values, `group.${setting}`));
    }
    const key = `${setting} ${groupId}`;
    return ownByGroup.get(key) ?? remember(ownByGroup, key, clamped(setting, configs, values));
  }

  return {
    get classic() {
      return current().classic;
    },
    consumer: {
      get groupSizeMax() {
        return current().consumer.groupSizeMax;
      },
      get assignors() {
        return current().consumer.assignors;
      },
      get migrationPolicy() {
        return current().consumer.migrationPolicy;
      },
      get isEnabled() {
        return current().consumer.isEnabled;
      },
      sessionTimeoutMs: (groupId) => ofGroup(groupId, 'consumer.session.timeout.ms'),
      heartbeatIntervalMs: (groupId) => ofGroup(groupId, 'consumer.heartbeat.interval.ms'),
      assignmentIntervalMs: (groupId) => ofGroup(groupId, 'consumer.assignment.interval.ms'),
    },
    share: {
      get groupSizeMax() {
        return current().share.groupSizeMax;
      },
      sessionTimeoutMs: (groupId) => ofGroup(groupId, 'share.session.timeout.ms'),
      heartbeatIntervalMs: (groupId) => ofGroup(groupId, 'share.heartbeat.interval.ms'),
      assignmentIntervalMs: (groupId) => ofGroup(groupId, 'share.assignment.interval.ms'),
    },
    get offsets() {
      return current().offsets;
    },
  };
}

type SharedSettings = Pick<GroupSettings, 'classic' | 'offsets'> & {
  readonly consumer: Pick<GroupSettings['consumer'], 'groupSizeMax' | 'assignors' | 'migrationPolicy' | 'isEnabled'>;
  readonly share: Pick<GroupSettings['share'], 'groupSizeMax'>;
};

function readShared(values: BrokerValues): SharedSettings {
  return {
    classic: {
      sessionTimeoutMsMin: brokerNumber(values, 'group.min.session.timeout.ms'),
      sessionTimeoutMsMax: brokerNumber(values, 'group.max.session.timeout.ms'),
      initialRebalanceDelayMs: brokerNumber(values, 'group.initial.rebalance.delay.ms'),
      groupSizeMax: brokerNumber(values, 'group.max.size'),
    },
    consumer: {
      groupSizeMax: brokerNumber(values, 'group.consumer.max.size'),
      assignors: assignorNames(brokerList(values, 'group.consumer.assignors') ?? []),
      migrationPolicy: migrationPolicy(brokerText(values, 'group.consumer.migration.policy') ?? ''),
      isEnabled: (brokerList(values, 'group.coordinator.rebalance.protocols') ?? []).includes('consumer'),
    },
    share: { groupSizeMax: brokerNumber(values, 'group.share.max.size') },
    offsets: {
      commitTimeoutMs: brokerNumber(values, 'offsets.commit.timeout.ms'),
      metadataSizeMax: brokerNumber(values, 'offset.metadata.max.bytes'),
      retentionMs: brokerNumber(values, 'offsets.retention.minutes') * MINUTE_MS,
      retentionCheckIntervalMs: brokerNumber(values, 'offsets.retention.check.interval.ms'),
    },
  };
}

/** The limits may have been drawn closer after the group's setting was made: then they count. */
function clamped(setting: MemberSetting, configs: ReadonlyMap<string, string>, values: BrokerValues): number {
  const own = groupNumber(setting, configs, values) ?? brokerNumber(values, `group.${setting}`);
  const { min: minName, max: maxName } = groupBoundNames(setting);
  const min = limit(values, minName) ?? own;
  const max = limit(values, maxName) ?? own;
  return Math.min(Math.max(own, min), max);
}

function limit(values: BrokerValues, name: string): number | undefined {
  const value = brokerConfig(values, name);
  return value?.kind === 'number' ? value.number : undefined;
}

const ASSIGNORS: ReadonlyMap<string, string> = new Map([
  ['org.apache.kafka.coordinator.group.assignor.UniformAssignor', 'uniform'],
  ['org.apache.kafka.coordinator.group.assignor.RangeAssignor', 'range'],
]);

/** Kafka also takes the names of its classes. */
function assignorNames(configured: readonly string[]): readonly string[] {
  return configured.map((name) => ASSIGNORS.get(name) ?? name);
}

function migrationPolicy(configured: string): GroupSettings['consumer']['migrationPolicy'] {
  const policy = configured.toLowerCase();
  switch (policy) {
    case 'disabled':
    case 'downgrade':
    case 'upgrade':
      return policy;
    default:
      return 'bidirectional';
  }
}

function remember<Key>(map: Map<Key, number>, key: Key, value: number): number {
  map.set(key, value);
  return value;
}
