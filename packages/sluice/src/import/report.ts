import { LOG_SUFFIX } from '@sluice/log/file-names';
import type { ImportPlan } from './import-kafka.ts';
import type { ImportReport } from './import-types.ts';
import { resourceName } from './plan-configs.ts';

const INTERNAL_TOPICS = new Set(['__consumer_offsets', '__transaction_state', '__share_group_state']);

/** What a plan brings over, or has brought. */
export function reportOf(plan: ImportPlan, isResumed: boolean): ImportReport {
  const settingsOf = new Map(
    plan.configs.filter(({ type }) => type === 'topic').map(({ name, values }) => [name, Object.fromEntries(values)]),
  );
  return {
    clusterId: plan.sources.clusterId,
    nodeId: plan.sources.nodeId,
    topics: plan.topics.map(({ name, id, partitions, missing }) => ({
      name,
      id,
      isInternal: INTERNAL_TOPICS.has(name),
      partitions: partitions.length,
      missing,
      sizeBytes: partitions
        .flatMap(({ source }) => source?.files ?? [])
        .filter((file) => file.name.endsWith(LOG_SUFFIX))
        .reduce((total, { sizeBytes }) => total + sizeBytes, 0),
      settings: settingsOf.get(name) ?? {},
    })),
    settings: plan.configs
      .filter(({ type }) => type !== 'topic')
      .flatMap(({ type, name, values }) =>
        [...values.keys()].map((setting) => `${resourceName(type, name)}: ${setting}`),
      ),
    ...plan.totals,
    isClean: plan.files.isClean,
    leftOut: plan.leftOut,
    notes: plan.notes,
    isResumed,
  };
}
