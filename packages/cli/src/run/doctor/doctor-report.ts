import type { PartitionCheck } from '@sluice/log/doctor/check-partition';
import { describeForetold } from '@sluice/log/doctor/describe-foretold';
import { describeRepair } from '@sluice/log/doctor/describe-repair';
import type { Finding, Severity } from '@sluice/log/doctor/finding';
import type { DoctoredDirectory } from 'sluice/doctor/doctor';
import { breakLines } from '../../output/paragraph.ts';
import { type Look, type Style, styleFor } from '../../output/style.ts';
import { formatBytes, formatCount, plural } from '../../output/units.ts';
import type { OutputStream } from '../../shell.ts';

/** Of one code, unless all were asked for: ten thousand lines help nobody. */
const FINDINGS_SHOWN_MAX = 12;
const INDENT = 11;
const LOOKS: Readonly<Record<Severity, Look>> = { damage: 'red', fault: 'yellow', note: 'dim' };

export interface DoctorReport {
  readonly results: readonly DoctoredDirectory[];
  readonly elapsedMs: number;
  readonly isRepair: boolean;
  readonly isAll: boolean;
}

/** What was found, partition by partition, for somebody who was woken up by it. */
export function formatDoctor(report: DoctorReport, stream: OutputStream): string {
  const style = styleFor(stream);
  const { columns } = stream;
  return report.results.map((result) => formatDirectory(result, report, style, columns)).join('\n');
}

function formatDirectory(
  result: DoctoredDirectory,
  report: DoctorReport,
  style: Style,
  columns: number | undefined,
): string {
  const lines = [...headLines(result, report, style, columns)];
  const { shown, hidden } = choose(result.findings, report.isAll);
  for (const group of byPartition(shown)) {
    const partition = group[0]?.partition;
    const check = result.check.partitions.find(({ facts }) => facts.name === partition);
    lines.push('', style('bold', headingOf(partition, check)));
    for (const found of group) lines.push(...findingLines(found, result, style, columns));
    const isUntold = group.some(({ severity, start }) => severity !== 'note' && start === undefined);
    const sentence = check && isUntold ? describeForetold(check) : undefined;
    if (sentence !== undefined) lines.push('', ...labelled('Next start', sentence, style, columns));
  }
  for (const [code, count] of hidden)
    lines.push('', `${plural(count, 'more finding')} of the kind ${code}; --all shows them`);
  if (result.repaired.length > 0) lines.push(...repairedLines(result, style, columns));
  lines.push('', ...closingLines(result, report, style, columns));
  return `${lines.join('\n')}\n`;
}

function headLines(
  { check }: DoctoredDirectory,
  report: DoctorReport,
  style: Style,
  columns: number | undefined,
): string[] {
  const { meta, hasCleanMark } = check.state;
  const sum = (of: 'segments' | 'sizeBytes' | 'batches') =>
    check.partitions.reduce((total, partition) => total + partition[of], 0);
  const whose = meta === undefined ? 'whose it is cannot be told' : `node ${meta.nodeId} of cluster ${meta.clusterId}`;
  const maker = check.isOurs ? '' : ', made by Apache Kafka';
  const facts = `${whose}${maker}, ${hasCleanMark ? 'stopped cleanly' : 'not stopped cleanly'}`;
  const seconds = (report.elapsedMs / 1000).toFixed(1);
  const amount =
    `${plural(check.partitions.length, 'partition')}, ${plural(sum('segments'), 'segment')}, ` +
    `${formatBytes(sum('sizeBytes'))}, ${sum('batches') === 1 ? '1 batch' : `${formatCount(sum('batches'))} batches`} checked in ${seconds} s`;
  return [style('bold', check.path), ...indented(facts, 2, columns), ...indented(amount, 2, columns)];
}

function headingOf(partition: string | undefined, check: PartitionCheck | undefined): string {
  if (partition === undefined) return 'The directory';
  if (check === undefined) return partition;
  const { logStartOffset, logEndOffset } = check;
  return `${partition}  (${logEndOffset <= logStartOffset ? 'empty' : `offsets ${logStartOffset}–${logEndOffset - 1}`})`;
}

function findingLines(found: Finding, result: DoctoredDirectory, style: Style, columns: number | undefined): string[] {
  const head = `${style(LOOKS[found.severity], found.severity.toUpperCase())}  ${found.code}${
    found.file === undefined ? '' : `  ${found.file}`
  }`;
  const lines = [
    '',
    `  ${head}`,
    ...labelled('What', found.what, style, columns),
    ...labelled('Means', found.means, style, columns),
  ];
  if (found.start !== undefined) lines.push(...labelled('Next start', `${found.start}.`, style, columns));
  if (found.repair !== undefined && result.check.isOurs) {
    lines.push(...labelled('--repair', `${found.repair}.`, style, columns));
  }
  return lines;
}

function repairedLines({ repaired }: DoctoredDirectory, style: Style, columns: number | undefined): string[] {
  const lines = ['', style('bold', `Repaired (${repaired.length})`)];
  for (const found of repaired) {
    const where = [found.partition, found.file].filter((part) => part !== undefined).join('/');
    lines.push(...indented(`${where}: ${describeRepair(found)}`, 2, columns));
  }
  return lines;
}

function closingLines(
  result: DoctoredDirectory,
  report: DoctorReport,
  style: Style,
  columns: number | undefined,
): string[] {
  const { findings, planned, check } = result;
  const count = (severity: Severity) => findings.filter((found) => found.severity === severity).length;
  const [damages, faults, notes] = [count('damage'), count('fault'), count('note')];
  const noted = notes === 0 ? '' : ` (${plural(notes, 'note')})`;
  if (damages + faults === 0) return [style('green', `Healthy${noted}.`)];
  const parts = [
    ...(damages > 0 ? [style('red', damages === 1 ? '1 case of damage' : `${damages} cases of damage`)] : []),
    ...(faults > 0 ? [style('yellow', plural(faults, 'fault'))] : []),
  ];
  const lines = [`${parts.join(', ')}${noted}.`];
  const advice = adviceOf(
    planned.length,
    damages + faults - planned.filter(({ severity }) => severity !== 'note').length,
  );
  if (check.isOurs && !report.isRepair) lines.push(...breakLines(advice, columns));
  else if (report.isRepair)
    lines.push(...breakLines('What is left needs your decision: see --repair of each.', columns));
  return lines;
}

function adviceOf(repairable: number, left: number): string {
  const nothing = 'Nothing was changed.';
  if (repairable === 0) return `${nothing} Each needs your decision: see what it says under --repair.`;
  const rest = left > 0 ? ` ${left === 1 ? 'One needs' : `${left} need`} your decision first.` : '';
  return `${nothing} --repair would mend ${repairable === 1 ? 'one of them' : `${repairable} of them`}.${rest}`;
}

/** Those that are shown, and how many of each code are not. */
function choose(findings: readonly Finding[], isAll: boolean): { shown: Finding[]; hidden: Map<string, number> } {
  const counts = new Map<string, number>();
  const hidden = new Map<string, number>();
  const shown = findings.filter(({ code }) => {
    const count = (counts.get(code) ?? 0) + 1;
    counts.set(code, count);
    if (isAll || count <= FINDINGS_SHOWN_MAX) return true;
    hidden.set(code, (hidden.get(code) ?? 0) + 1);
    return false;
  });
  return { shown, hidden };
}

function byPartition(findings: readonly Finding[]): Finding[][] {
  const groups = new Map<string | undefined, Finding[]>();
  for (const found of findings) {
    const group = groups.get(found.partition);
    if (group === undefined) groups.set(found.partition, [found]);
    else group.push(found);
  }
  return [...groups.values()];
}

function labelled(label: string, text: string, style: Style, columns: number | undefined): string[] {
  const lines = breakLines(text, columns, INDENT + 4);
  return lines.map((line, index) =>
    index === 0 ? `    ${style('bold', label.padEnd(INDENT))}${line}` : `${' '.repeat(INDENT + 4)}${line}`,
  );
}

function indented(text: string, indent: number, columns: number | undefined): string[] {
  return breakLines(text, columns, indent).map((line) => `${' '.repeat(indent)}${line}`);
}
