import { DEFAULT_NODE_ID } from '@sluice/metadata/config/server-properties';
import type { ImportedTopic, ImportReport } from 'sluice/import/import-types';
import { breakLines, formatBullets } from '../../output/paragraph.ts';
import { styleFor } from '../../output/style.ts';
import { type Column, formatTable } from '../../output/table.ts';
import { formatBytes, formatCount, plural } from '../../output/units.ts';
import type { OutputStream } from '../../shell.ts';

/** Topics in the table of an import; a dry run shows all. */
const TOPICS_SHOWN_MAX = 20;

const COLUMNS: readonly Column<ImportedTopic>[] = [
  { title: 'TOPIC', value: ({ name }) => name, wrapAfter: '.-_' },
  { title: 'PARTITIONS', value: partitionsOf, align: 'right' },
  { title: 'SIZE', value: ({ sizeBytes }) => formatBytes(sizeBytes), align: 'right' },
  { title: 'SETTINGS', value: settingsOf, wrapAfter: ' ' },
];

export interface ShownImport {
  readonly report: ImportReport;
  /** As the user wrote it. */
  readonly target: string;
  readonly isDryRun: boolean;
}

/** What came over and what did not, for people. */
export function formatImport({ report, target, isDryRun }: ShownImport, stream: OutputStream): string {
  const { columns } = stream;
  const style = styleFor(stream);
  const shown = isDryRun ? report.topics : report.topics.slice(0, TOPICS_SHOWN_MAX);
  const more = report.topics.length - shown.length;
  const parts: string[] = [];
  if (shown.length > 0) parts.push(formatTable(shown, COLUMNS, style, columns));
  if (more > 0) parts.push(`and ${plural(more, 'topic')} more; --json lists all\n`);
  parts.push('\n');
  parts.push(`${breakLines(summaryOf(report, isDryRun), columns).join('\n')}\n`);
  if (report.settings.length > 0) parts.push(section('Settings', report.settings));
  if (report.leftOut.length > 0) parts.push(section(isDryRun ? 'Would be left out' : 'Left out', report.leftOut));
  parts.push(section('To know', [...report.notes, SERVER_PROPERTIES]));
  if (!isDryRun) parts.push(`\n${style('bold', 'Next:')} ${startCommand(report, target)}\n`);
  return parts.join('');

  function section(title: string, sentences: readonly string[]): string {
    return `\n${style('bold', `${title}:`)}\n${formatBullets(sentences, columns)}`;
  }
}

/** They are in no data directory, and a retention that is not known deletes what somebody wanted to keep. */
const SERVER_PROPERTIES =
  "What Kafka's server.properties said (log.retention.… for one) is not in its data directories: give it to " +
  'sluice start with --config or --set. Without it records of topics that set nothing themselves go after 7 days.';

function summaryOf(report: ImportReport, isDryRun: boolean): string {
  const { topics, linkedFiles, linkedBytes, copiedFiles, copiedBytes } = report;
  const partitions = topics.reduce((total, topic) => total + topic.partitions, 0);
  const what = `${plural(topics.length, 'topic')} with ${plural(partitions, 'partition')}`;
  const how = [
    ...(linkedFiles > 0 ? [`${plural(linkedFiles, 'file')} linked (${formatBytes(linkedBytes)})`] : []),
    `${plural(copiedFiles, 'file')} copied (${formatBytes(copiedBytes)})`,
  ].join(', ');
  const verb = isDryRun ? 'Would import' : report.isResumed ? 'Went on and imported' : 'Imported';
  return `${verb} ${what} of broker ${report.nodeId} of cluster ${report.clusterId}: ${how}.`;
}

function partitionsOf({ partitions, missing }: ImportedTopic): string {
  return missing.length === 0 ? formatCount(partitions) : `${partitions - missing.length} of ${partitions}`;
}

function settingsOf({ settings }: ImportedTopic): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name}=${value}`)
    .join(' ');
}

/** How to start on it. */
function startCommand({ nodeId }: ImportReport, target: string): string {
  const node = nodeId === DEFAULT_NODE_ID ? '' : ` --set node.id=${nodeId}`;
  return `sluice start --data ${target}${node}`;
}
