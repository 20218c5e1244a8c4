import type { Answer, ApiExchange, CaseContext } from '../case.ts';
import type { JsonObject } from '../wire/decode.ts';
import type { Body } from '../wire/encode.ts';

/** The same partitions of one topic to one directory. */
export function moveTo(path: string, topic: string, partitions: readonly number[]): Body {
  return { dirs: [{ path, topics: [{ name: topic, partitions: [...partitions] }] }] };
}

/** Asks where the topic's partitions are, until all of them are in one directory and nothing of them is on its way. */
export function untilIn(c: CaseContext, directory: number, topic: string, partitions: readonly number[]): ApiExchange {
  return {
    $api: 'DescribeLogDirs',
    $version: 1,
    $body: { topics: [{ topic, partitions: [...partitions] }] },
    $until: (answer) => isIn(answer, c.logDir(directory), partitions.length),
  };
}

/** Before a script looks at directories: all partitions in the first, wherever they were made. */
export function gathered(c: CaseContext, topic: string, partitions: readonly number[]): ApiExchange[] {
  return [
    {
      $api: 'AlterReplicaLogDirs',
      $version: 1,
      $body: moveTo(c.logDir(0), topic, partitions),
      $isUnrecorded: true,
    },
    { ...untilIn(c, 0, topic, partitions), $isUnrecorded: true },
  ];
}

function isIn(answer: Answer, path: string, count: number): boolean {
  const results = answer.results as JsonObject[];
  const found = results.flatMap(({ logDir, topics }) =>
    (topics as JsonObject[]).flatMap(({ partitions }) =>
      (partitions as JsonObject[]).map(
        // A log that is being made lags by −1 in Kafka.
        ({ isFutureKey, offsetLag }) => logDir === path && isFutureKey === false && offsetLag === 0,
      ),
    ),
  );
  return found.length === count && found.every(Boolean);
}
