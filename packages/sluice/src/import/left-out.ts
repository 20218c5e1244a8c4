import { FEATURES_AT_FORMAT } from '@sluice/metadata/image/format-cluster';
import type { KafkaMetadata } from '@sluice/metadata/kafka/kafka-metadata';

const NAMES_MAX = 5;

/** What a cluster of Kafka held that Sluice has no place for yet, a sentence each. */
export function leftOutOf(metadata: KafkaMetadata): string[] {
  const sentences: string[] = [];
  const { aclCount, scramUsers, quotaCount, delegationTokenCount, otherConfigCount, unknown } = metadata;
  if (aclCount > 0) {
    sentences.push(
      `${counted(aclCount, 'ACL')}, because Sluice has no authorizer yet: whoever reaches its port may do everything`,
    );
  }
  if (scramUsers.length > 0) {
    sentences.push(
      `SCRAM credentials of ${counted(scramUsers.length, 'user')} (${named(scramUsers)}), because Sluice has no SASL yet`,
    );
  }
  if (quotaCount > 0) sentences.push(`${counted(quotaCount, 'client quota')}, because Sluice has no quotas yet`);
  if (delegationTokenCount > 0) {
    sentences.push(`${counted(delegationTokenCount, 'delegation token')}, because Sluice has no SASL yet`);
  }
  if (otherConfigCount > 0) {
    sentences.push(`${counted(otherConfigCount, 'setting')} of kinds of resources that Sluice does not know`);
  }
  const levels = [...metadata.features].filter(([name, level]) => FEATURES_AT_FORMAT.get(name) !== level);
  if (levels.length > 0) {
    const texts = levels.map(([name, level]) => `${name} ${level}, here ${FEATURES_AT_FORMAT.get(name) ?? 'unknown'}`);
    sentences.push(`feature levels (${named(texts)}), because Sluice runs at its own`);
  }
  if (unknown.size > 0) {
    const texts = [...unknown].map(([label, count]) => (count > 1 ? `${label} ×${count}` : label));
    sentences.push(`metadata records that a newer Kafka wrote (${named(texts)}), because Sluice cannot read them`);
  }
  return sentences;
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}

function named(names: readonly string[]): string {
  const shown = names.slice(0, NAMES_MAX).join(', ');
  return names.length > NAMES_MAX ? `${shown} and ${names.length - NAMES_MAX} more` : shown;
}
