import type { SharePartitionSettings } from '@sluice/coordinator/share-partition/share-partition';
import { type BrokerValues, brokerNumber, brokerValues } from '@sluice/metadata/config/broker-values';
import { parseConfig } from '@sluice/metadata/config/parse-config';
import type { StaticConfig } from '@sluice/metadata/config/static-config';
import { groupConfigs } from '@sluice/metadata/config/tables';
import { groupNumber } from '@sluice/metadata/config/validate-group-configs';
import type { ClusterImage } from '@sluice/metadata/image/cluster-image';
import { perRevision } from '../per-revision.ts';
import { type OffsetReset, parseOffsetReset } from './offset-reset.ts';

/** What a group may set for its share partitions. */
export interface ShareGroupSettings extends SharePartitionSettings {
  /** `share.isolation.level` */
  readonly isCommittedOnly: boolean;
  /** `share.auto.offset.reset` */
  readonly offsetReset: OffsetReset;
}

export interface ShareSettings {
  /** As they are now. */
  ofGroup(groupId: string): ShareGroupSettings;
  /** `group.share.max.share.sessions` */
  sessionCountMax(): number;
}

export function createShareSettings(image: ClusterImage, staticConfig: StaticConfig): ShareSettings {
  const current = perRevision(image, () => {
    const values = brokerValues(image, staticConfig);
    return {
      values,
      sessionCountMax: brokerNumber(values, 'group.share.max.share.sessions'),
      byGroup: new Map<string, ShareGroupSettings>(),
      defaults: readSettings(new Map(), values),
    };
  });

  return {
    ofGroup(groupId) {
      const { values, byGroup, defaults } = current();
      const known = byGroup.get(groupId);
      if (known !== undefined) return known;
      const configs = image.config('group', groupId);
      if (configs.size === 0) return defaults;
      const read = readSettings(configs, values);
      byGroup.set(groupId, read);
      return read;
    },
    sessionCountMax: () => current().sessionCountMax,
  };
}

function readSettings(configs: ReadonlyMap<string, string>, values: BrokerValues): ShareGroupSettings {
  return {
    recordLockDurationMs: bounded('record.lock.duration.ms', configs, values),
    deliveryCountLimit: bounded('delivery.count.limit', configs, values),
    recordLockCountMax: bounded('partition.max.record.locks', configs, values),
    isRenewEnabled: text('share.renew.acknowledge.enable', configs) !== 'false',
    isCommittedOnly: text('share.isolation.level', configs) === 'read_committed',
    offsetReset: parseOffsetReset(text('share.auto.offset.reset', configs)),
  };
}

/** The limits may have been drawn closer after the group's setting was made: then they count. */
function bounded(name: string, configs: ReadonlyMap<string, string>, values: BrokerValues): number {
  const fallback = brokerNumber(values, `group.share.${name}`);
  if (!configs.has(`share.${name}`)) return fallback;
  const own = groupNumber(`share.${name}`, configs, values) ?? fallback;
  const min = brokerNumber(values, `group.share.min.${name}`);
  const max = brokerNumber(values, `group.share.max.${name}`);
  return Math.min(Math.max(own, min), max);
}

function text(name: string, configs: ReadonlyMap<string, string>): string {
  const definition = groupConfigs.get(name);
  const raw = configs.get(name) ?? definition?.defaultValue ?? '';
  const parsed = definition === undefined ? undefined : parseConfig(definition, raw);
  return (parsed?.ok === true ? parsed.value.text : (definition?.defaultValue ?? '')).toLowerCase();
}
