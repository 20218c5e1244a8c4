import { differences } from './differences.ts';

/** docs/differences.md, whole. */
export function differencesPage(): string {
  const lines = [
    '# Where Sluice answers otherwise than Kafka',
    '',
    '`npm run conformance` sends the same requests to Sluice that were sent to Apache Kafka 4.3.1 and compares the answers.',
    'Ids, times, addresses and sentences for people are not compared word for word. What else differs is listed here with',
    'its reason, or is a bug. This page is made from `conformance/differences/` by `node conformance/write-page.ts`.',
    '',
  ];
  for (const { title, kafka, sluice, reason, until } of differences) {
    lines.push(`## ${title}`, '', `- Kafka: ${kafka}`, `- Sluice: ${sluice}`, `- Why: ${reason}`);
    if (until !== undefined) lines.push(`- For now: ${until}.`);
    lines.push('');
  }
  return lines.join('\n');
}
