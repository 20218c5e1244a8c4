import { printHelp } from '../../scripts/print-help.ts';
import { compareResults } from '../compare.ts';
import { describeFindings } from '../report.ts';
import { runCases } from '../run-all.ts';
import { sharedSettings } from '../settings.ts';
import { openTarget } from '../target.ts';
import { cases } from './cases.ts';

/*
 * Expiry of offsets takes minutes, and settings under which groups vanish that other scripts look at. So these are run by
 * themselves, against a Kafka and a Sluice side by side: `npm run conformance:expiry`. It needs Java.
 */

const settings = {
  ...sharedSettings,
  'offsets.retention.minutes': '1',
  'offsets.retention.check.interval.ms': '500',
};

printHelp(`node conformance/expiry/main.ts
    expiry of offsets, in a Kafka and in Sluice side by side; takes minutes, needs Java`);

const [expected, actual] = await Promise.all(['kafka', 'sluice'].map(answersOf));
const findings = expected === undefined || actual === undefined ? [] : compareResults('expiry', expected, actual);
for (const line of describeFindings(findings)) console.log(line);
const count = Object.values(actual ?? {}).reduce((sum, byVersion) => sum + byVersion.size, 0);
console.log(`${count} scripts: ${findings.length} differences`);
process.exitCode = count > 0 && findings.length === 0 ? 0 : 1;

async function answersOf(server: string) {
  const target = await openTarget(server, settings);
  try {
    return await runCases(target, cases, 'expiry');
  } finally {
    await target.stop();
  }
}
