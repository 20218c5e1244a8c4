import type { Finding } from './compare.ts';
import type { Json } from './wire/decode.ts';

export function describeFinding({ file, caseName, version, path, kafka, here }: Finding): string {
  return `${file} v${version} "${caseName}" at ${path}: Kafka ${show(kafka)}, here ${show(here)}`;
}

/** Findings that differ in their version only become one line. */
export function describeFindings(findings: readonly Finding[]): string[] {
  const byText = new Map<string, { finding: Finding; versions: number[] }>();
  for (const finding of findings) {
    const text = describeFinding({ ...finding, version: 0 });
    const known = byText.get(text);
    if (known === undefined) byText.set(text, { finding, versions: [finding.version] });
    else known.versions.push(finding.version);
  }
  return [...byText.values()].map(({ finding: { file, caseName, path, kafka, here }, versions }) => {
    return `${file} v${versions.join()} "${caseName}" at ${path}: Kafka ${show(kafka)}, here ${show(here)}`;
  });
}

function show(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  const text = JSON.stringify(value);
  return text.length <= 300 ? text : `${text.slice(0, 300)}…`;
}
