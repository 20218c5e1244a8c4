import { parseArgs } from 'node:util';
import { printHelp } from '../scripts/print-help.ts';
import { compareResults } from './compare.ts';
import { writeRecording } from './recording.ts';
import { describeFinding } from './report.ts';
import { type ApiResults, caseFiles, runFile } from './run-all.ts';
import { openTarget } from './target.ts';

// Records real Kafka's answers. Each file runs against two fresh nodes: what differs between them is a fault of the
// script or of the normalisation, and nothing is written then.
printHelp(`node conformance/record.ts [--once] [--server kafka|host:port] [FILE]...
    records what a real Kafka answers, from two runs that must agree (--once: one run); FILE is a part of a file's name`);

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { once: { type: 'boolean' }, server: { type: 'string', default: 'kafka' } },
});
const files = caseFiles(positionals);
const first = await runAll();
const second = values.once === true ? first : await runAll();
let unstable = 0;
for (const file of files) {
  const recorded = first.get(file) ?? {};
  const findings = compareResults(file, recorded, second.get(file) ?? {});
  for (const finding of findings) console.log(describeFinding(finding));
  unstable += findings.length;
  if (findings.length === 0) writeRecording(file, recorded);
}
console.log(`${files.length} files; ${unstable} differences between two runs of Kafka`);
process.exitCode = unstable === 0 ? 0 : 1;

async function runAll(): Promise<Map<string, ApiResults>> {
  const target = await openTarget(values.server);
  try {
    const results = new Map<string, ApiResults>();
    for (const file of files) {
      const startedAt = performance.now();
      results.set(file, await runFile(target, file));
      console.error(`${file}: ${Math.round(performance.now() - startedAt)} ms`);
    }
    return results;
  } finally {
    await target.stop();
  }
}
