/*
 * Writes a log of every kind with Sluice and has Kafka's DumpLogSegments read it: every record of every segment, both
 * indexes entry by entry, transaction indexes and producer snapshots. Says so and passes where Java is missing.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { kafkaIsAvailable } from '../kafka/jars.ts';
import { runKafkaTool } from '../kafka/run-tool.ts';
import { printHelp } from '../print-help.ts';
import { COMPACTED_TOPICS, writeLogs } from './write-logs.ts';

const COMPLAINTS =
  /isvalid: false|invalid bytes|[Mm]ismatch|not found|out of order|Non-consecutive|[Cc]orrupt|Exception|sanity check failed/;

/** Where records were compacted away. */
const GAP = /^Non-consecutive offsets in .*\n(?: {2}\d+ is followed by \d+\n)+/gm;

/** The tool of 4.3.1 says it of every segment that does not start at offset 0, Kafka's own included. */
const FALSE_ALARM = /^Non-consecutive offsets in .*\n {2}-1 is followed by \d+\n/gm;

printHelp(`node scripts/dump-log/main.ts
    writes logs of every kind with Sluice, in a temporary directory, and has Kafka's DumpLogSegments read them; needs Java`);

if (!(await kafkaIsAvailable())) {
  console.log('skipped: there is no Java here to run DumpLogSegments');
} else {
  const directory = mkdtempSync(join(tmpdir(), 'sluice-dump-log-'));
  try {
    const { recordCount } = await writeLogs(directory);
    await check(directory, recordCount);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

async function check(directory: string, recordCount: number): Promise<void> {
  const files = readdirSync(directory, { recursive: true, encoding: 'utf8' })
    .map((name) => join(directory, name))
    .sort();
  const withSuffix = (suffix: string) => files.filter((file) => file.endsWith(suffix) && statSync(file).size > 0);
  const logs = withSuffix('.log');
  const indexes = [...withSuffix('.index'), ...withSuffix('.timeindex')];
  const others = [...withSuffix('.txnindex'), ...withSuffix('.snapshot')];

  const isCompacted = (file: string) => COMPACTED_TOPICS.some((topic) => file.includes(`/${topic}-0/`));
  const whole = await dump(
    ['--deep-iteration'],
    logs.filter((file) => !isCompacted(file)),
  );
  const compacted = await dump(['--deep-iteration'], logs.filter(isCompacted), GAP);
  const records = `${whole}${compacted}`.match(/^\| offset: /gm)?.length ?? 0;
  assert.equal(records, recordCount, 'DumpLogSegments finds every record');
  await dump(['--index-sanity-check'], indexes);
  await dump(['--verify-index-only'], indexes);
  await dump([], others);
  console.log(
    `DumpLogSegments is content: ${records} records in ${logs.length} segments, ` +
      `${indexes.length} indexes, ${others.length} transaction indexes and snapshots`,
  );
}

async function dump(flags: readonly string[], files: readonly string[], expected = FALSE_ALARM): Promise<string> {
  assert(files.length > 0, `there are files for ${flags.join(' ')}`);
  const { code, stdout, stderr } = await runKafkaTool('dump-log', [...flags, '--files', files.join(',')]);
  const complaint = COMPLAINTS.exec(`${stdout}\n${stderr}`.replace(FALSE_ALARM, '').replace(expected, ''));
  if (code !== 0 || complaint !== null) {
    console.error(stdout.slice(0, 4000), stderr.slice(0, 4000));
    throw new Error(`DumpLogSegments ${flags.join(' ')} ended with ${code}: ${complaint?.[0]}`);
  }
  return stdout;
}
