import { parseArgs } from 'node:util';
import { compareResults, type Finding } from './compare.ts';
import { type Difference, isCovered } from './difference.ts';
import { differences } from './differences.ts';
import { readRecording } from './recording.ts';
import { describeFindings } from './report.ts';
import { caseFiles, runFile } from './run-all.ts';
import { openTarget } from './target.ts';

const usage = `node conformance/main.ts [--server sluice|kafka|host:port] [--case WORDS] [--verbose] [FILE...]
    sends the scripted exchanges under conformance/cases to a server and compares its answers with those that
    Apache Kafka 4.3.1 gave (conformance/recorded); FILE is a part of a file's name, such as 03-metadata, WORDS
    a part of a case's; --verbose shows the answers
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    server: { type: 'string', default: 'sluice' },
    case: { type: 'string' },
    verbose: { type: 'boolean' },
    help: { type: 'boolean' },
  },
});
if (values.help === true) process.stdout.write(usage);
else process.exitCode = (await compareAll()) ? 0 : 1;

async function compareAll(): Promise<boolean> {
  const files = caseFiles(positionals);
  const target = await openTarget(values.server);
  const findings: Finding[] = [];
  let exchanges = 0;
  try {
    for (const file of files) {
      const actual = await runFile(target, file, values.case);
      if (values.verbose === true) show(actual);
      for (const byVersion of Object.values(actual)) exchanges += byVersion.size;
      findings.push(...compareResults(file, readRecording(file), actual));
    }
  } finally {
    await target.stop();
  }
  const allowed = values.server === 'kafka' ? [] : differences;
  const failures = findings.filter((finding) => !allowed.some((difference) => isCovered(finding, difference)));
  for (const line of describeFindings(failures)) console.log(line);
  const isWhole = positionals.length === 0 && values.case === undefined;
  const isUnused = (difference: Difference) =>
    difference.places.length > 0 && !findings.some((finding) => isCovered(finding, difference));
  const unused = isWhole ? allowed.filter(isUnused) : [];
  for (const { title } of unused) console.log(`the difference "${title}" was not seen: remove it`);
  const listed = findings.length - failures.length;
  console.log(`${exchanges} scripts over ${files.length} APIs: ${failures.length} differences, ${listed} listed ones`);
  return failures.length === 0 && unused.length === 0;
}

function show(actual: Awaited<ReturnType<typeof runFile>>): void {
  for (const [name, byVersion] of Object.entries(actual)) {
    for (const [version, answers] of byVersion) console.log(name, `v${version}`, JSON.stringify(answers));
  }
}
