import type { Cluster } from '@sluice/client/cluster';
import type { KafkaError } from '@sluice/client/kafka-error';
import { listGroups } from '@sluice/client/list-groups';
import { ErrorCode } from '@sluice/protocol/generated/errors';
import { CliFailure } from '../../failure.ts';
import { refusal } from '../explain-failure.ts';
import { type GroupKind, kindOfType } from './group-kind.ts';

/** Why something could not be done to a group. One of another type is told from one that does not exist. */
export async function groupRefusal(
  cluster: Cluster,
  kind: GroupKind,
  groupId: string,
  error: KafkaError,
): Promise<CliFailure> {
  if (error.code === ErrorCode.GROUP_ID_NOT_FOUND) {
    // Where nobody can be asked for it, the refusal itself is what counts.
    const types = await groupTypes(cluster).catch(() => new Map<string, string>());
    const wrongType = ofAnotherType(kind, groupId, types);
    if (wrongType !== undefined) return wrongType;
  }
  return refusal(`${kind.noun} ${groupId}`, error, hintOf(kind, error));
}

/** The types of all groups, by id; empty where a broker knows no types. */
export async function groupTypes(cluster: Cluster): Promise<ReadonlyMap<string, string>> {
  const listed = await listGroups(cluster);
  return new Map(listed.map(({ groupId, groupType }) => [groupId, groupType.toLowerCase()]));
}

/** Undefined where there is no such group, or it is of this kind. */
export function ofAnotherType(
  kind: GroupKind,
  groupId: string,
  types: ReadonlyMap<string, string>,
): CliFailure | undefined {
  const type = types.get(groupId);
  if (type === undefined || kind.types.includes(type)) return undefined;
  const command = kindOfType(type)?.command;
  const hint = command === undefined ? undefined : `use \`sluice ${command}\` for it`;
  return new CliFailure('not-found', `group ${groupId} is a ${type} group`, hint);
}

function hintOf({ command }: GroupKind, { code }: KafkaError): string | undefined {
  switch (code) {
    case ErrorCode.GROUP_ID_NOT_FOUND:
      return `\`sluice ${command} list\` shows what there is`;
    case ErrorCode.NON_EMPTY_GROUP:
    case ErrorCode.UNKNOWN_MEMBER_ID:
    case ErrorCode.STALE_MEMBER_EPOCH:
      return `stop them first; \`sluice ${command} members\` shows them`;
    default:
      return undefined;
  }
}
