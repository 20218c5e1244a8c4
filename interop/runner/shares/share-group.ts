import type { JsonObject } from '../../../conformance/wire/decode.ts';
import { askRawOnce } from '../ask-raw.ts';

const groupResource = 32;
const set = 0;

/** Settings of a share group, as `kafka-configs --entity-type groups` sets them. */
export async function configureGroup(
  bootstrap: string,
  group: string,
  settings: Readonly<Record<string, string>>,
): Promise<void> {
  const configs = Object.entries(settings).map(([name, value]) => ({ name, configOperation: set, value }));
  const answer = await askRawOnce(bootstrap, 'IncrementalAlterConfigs', 1, {
    resources: [{ resourceType: groupResource, resourceName: group, configs }],
    validateOnly: false,
  });
  const text = JSON.stringify(answer);
  if (!text.includes('"errorCode":0')) throw new Error(`settings of ${group}: ${text}`);
}

export type Place = { readonly startOffset: number; readonly lag: number };

/** Where the group stands in each partition; `undefined` while its coordinator is away. */
export async function placesOf(bootstrap: string, group: string, topicName: string, partitions: number) {
  for (const broker of bootstrap.split(',')) {
    const places = await placesBy(broker, group, topicName, partitions);
    if (places !== undefined) return places;
  }
  return undefined;
}

async function placesBy(broker: string, group: string, topicName: string, partitions: number) {
  const wanted = Array.from({ length: partitions }, (_, partition) => partition);
  const groups = [{ groupId: group, topics: [{ topicName, partitions: wanted }] }];
  let answer: JsonObject;
  try {
    answer = await askRawOnce(broker, 'DescribeShareGroupOffsets', 1, { groups });
  } catch {
    return undefined;
  }
  const found = new Map<number, Place>();
  for (const one of listOf(listOf(listOf(answer, 'groups')[0], 'topics')[0], 'partitions')) {
    if (one.errorCode !== 0) return undefined;
    found.set(Number(one.partitionIndex), { startOffset: Number(one.startOffset), lag: Number(one.lag) });
  }
  return found.size === partitions ? found : undefined;
}

function listOf(value: JsonObject | undefined, name: string): readonly JsonObject[] {
  const list = value?.[name];
  return Array.isArray(list) ? (list as readonly JsonObject[]) : [];
}
