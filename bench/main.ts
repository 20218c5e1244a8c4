import { parseArgs } from 'node:util';
import { buildLoad } from './load.ts';
import { type Outcome, renderReport, writeReport } from './report.ts';
import type { Scenario } from './scenario.ts';
import { coldRead } from './scenarios/cold-read.ts';
import { compaction, compactionBeside, compactionLarge, compactionLz4 } from './scenarios/compaction.ts';
import { consumeDisk } from './scenarios/consume-disk.ts';
import { consumeLive } from './scenarios/consume-live.ts';
import { durableRecords } from './scenarios/durable-records.ts';
import { groupHeartbeatsClassic, groupHeartbeatsConsumer, groupHeartbeatsShare } from './scenarios/group-heartbeats.ts';
import { groupJoins } from './scenarios/group-join.ts';
import { groupMemoryClassic, groupMemoryConsumer } from './scenarios/group-memory.ts';
import { idempotent } from './scenarios/idempotent.ts';
import { loadOffsets } from './scenarios/load-offsets.ts';
import { manyPartitions, manyTopics } from './scenarios/many-partitions.ts';
import { memory } from './scenarios/memory.ts';
import { offsetCommitMany, offsetCommitOne } from './scenarios/offset-commit.ts';
import { produce } from './scenarios/produce.ts';
import { producerIds } from './scenarios/producer-ids.ts';
import { recover } from './scenarios/recover.ts';
import { shareDelivery } from './scenarios/share-delivery.ts';
import { shareGroups } from './scenarios/share-groups.ts';
import { shareMemory, shareMemorySplit } from './scenarios/share-memory.ts';
import { singleRecords, singleRecordsJava, singleRecordsSlow } from './scenarios/single-records.ts';
import { start } from './scenarios/start.ts';
import { sustainedProduce } from './scenarios/sustained-produce.ts';
import { transactions } from './scenarios/transactions.ts';
import { cleanUpWhenInterrupted, type ServerName } from './server.ts';
import { touchFreeMemory } from './touch-memory.ts';

const scenarios: readonly Scenario[] = [
  produce,
  consumeLive,
  consumeDisk,
  singleRecordsJava,
  singleRecords,
  singleRecordsSlow,
  ...durableRecords,
  start,
  recover,
  memory,
  manyPartitions,
  manyTopics,
  sustainedProduce,
  coldRead,
  offsetCommitOne,
  offsetCommitMany,
  ...transactions,
  idempotent,
  producerIds,
  ...groupJoins,
  groupHeartbeatsClassic,
  groupHeartbeatsConsumer,
  groupHeartbeatsShare,
  groupMemoryClassic,
  groupMemoryConsumer,
  loadOffsets,
  ...shareGroups,
  ...shareDelivery,
  shareMemory,
  shareMemorySplit,
  compaction,
  compactionLarge,
  compactionLz4,
  compactionBeside,
];

const usage = `node bench/main.ts [--quick] [--only kafka|sluice] [--runs 5] [--name NAME] [SCENARIO...]
    Apache Kafka 4.3.1 beside Sluice; all scenarios unless some are named. Results go to bench/results under --name.
    Free memory is touched once beforehand (see touch-memory.ts) unless --untouched-memory or --quick is given.
    BENCH_SLUICE="command" measures another build of Sluice than the sources.

${scenarios.map(({ name, title }) => `    ${name.padEnd(36)}${title}`).join('\n')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    runs: { type: 'string' },
    name: { type: 'string' },
    'untouched-memory': { type: 'boolean', default: false },
    help: { type: 'boolean' },
  },
});
const unknown = positionals.filter((name) => !scenarios.some((scenario) => scenario.name === name));
if (values.help === true || unknown.length > 0) {
  process.stderr.write(usage);
  process.exitCode = unknown.length > 0 ? 2 : 0;
} else await runAll();

async function runAll(): Promise<void> {
  cleanUpWhenInterrupted();
  buildLoad();
  if (!values.quick && !values['untouched-memory']) touchFreeMemory((line) => console.error(line));
  const runs = Number(values.runs ?? (values.quick ? 1 : 5));
  const servers = (['kafka', 'sluice'] as const).filter((name): name is ServerName => (values.only ?? name) === name);
  const outcomes: Outcome[] = [];
  for (const scenario of scenarios) {
    if (positionals.length > 0 && !positionals.includes(scenario.name)) continue;
    console.error(`${scenario.name}: ${scenario.title}`);
    const log = (line: string) => console.error(`  ${line}`);
    const result = await scenario.run({ isQuick: values.quick, runs, servers, log });
    outcomes.push({ scenario, result });
  }
  const report = renderReport(values.quick ? 'Quick run, not to be quoted' : 'Sluice beside Kafka', outcomes, runs);
  console.log(report);
  if (values.name !== undefined) console.error(`written to ${writeReport(values.name, report, outcomes)}`);
}
