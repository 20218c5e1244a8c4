import type { Cluster } from '@sluice/client/cluster';
import { KafkaError } from '@sluice/client/kafka-error';
import { describeShareGroupOffsets } from '@sluice/client/share-group-offsets';
import type { Shell } from '../../shell.ts';
import { describeConfigs } from '../describe-configs.ts';

const RESET = 'share.auto.offset.reset';

/** Tells people, not scripts, why nothing of what is there comes: a share group that is new begins at the end. */
export async function explainStart(
  shell: Shell,
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
): Promise<void> {
  if (!shell.stderr.isTerminal) return;
  const newTopics = await topicsNotRead(cluster, groupId, topics);
  const [topic] = newTopics;
  if (topic === undefined || !(await beginsAtEnd(cluster, groupId))) return;
  const command = `sluice share-group reset-offsets ${groupId} -t ${topic} --to-earliest --execute`;
  await shell.stderr.write(
    `share group ${groupId} has read nothing of ${newTopics.join(', ')} so far, and begins with what comes from now on; ` +
      `before it has members, \`${command}\` has it begin with what is there\n`,
  );
}

/** It is only a word of advice: what goes wrong here is told by what comes after. */
async function topicsNotRead(cluster: Cluster, groupId: string, topics: readonly string[]): Promise<readonly string[]> {
  try {
    const known = (await describeShareGroupOffsets(cluster, [groupId])).get(groupId) ?? [];
    if (known instanceof KafkaError) return [];
    const begun = new Set(known.flatMap(({ topic, startOffset }) => (startOffset === null ? [] : [topic])));
    return topics.filter((topic) => !begun.has(topic));
  } catch {
    return [];
  }
}

async function beginsAtEnd(cluster: Cluster, groupId: string): Promise<boolean> {
  try {
    const [described] = await describeConfigs(await cluster.controller(), 'group', [groupId]);
    return described?.settings.find(({ name }) => name === RESET)?.value === 'latest';
  } catch {
    return false;
  }
}
