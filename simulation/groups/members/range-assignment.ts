/** Kafka's range assignor, as the leader of a classic group runs it: "topic-partition" by member id. */
export function assignRanges(
  subscriptions: ReadonlyMap<string, readonly string[]>,
  partitionCount: (topic: string) => number,
): Map<string, string[]> {
  const assigned = new Map([...subscriptions.keys()].map((memberId) => [memberId, [] as string[]]));
  for (const topic of new Set([...subscriptions.values()].flat())) {
    const readers = [...subscriptions].filter(([, topics]) => topics.includes(topic)).map(([memberId]) => memberId);
    readers.sort();
    const count = partitionCount(topic);
    let next = 0;
    for (const [index, memberId] of readers.entries()) {
      const share = Math.floor(count / readers.length) + Number(index < count % readers.length);
      for (let taken = 0; taken < share; taken++) assigned.get(memberId)?.push(`${topic}-${next++}`);
    }
  }
  return assigned;
}
