import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { arch, cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { median, type Scenario, type ScenarioResult } from './scenario.ts';
import type { ServerName } from './server.ts';
import { round } from './side-by-side.ts';

export type Outcome = { readonly scenario: Scenario; readonly result: ScenarioResult };

/** Medians and ratios, as a table in Markdown. */
export function renderReport(title: string, outcomes: readonly Outcome[], runs: number): string {
  const lines = [
    `# ${title}`,
    '',
    `${describeMachine()}; commit ${commit()}. Medians of ${runs}; the ratio says how many times better Sluice is.`,
    '',
    '| what | unit | Kafka 4.3.1 | Sluice | ratio | to reach |',
    '|---|---|---|---|---|---|',
  ];
  for (const { scenario, result } of outcomes) {
    for (const figure of scenario.figures) {
      const kafka = medianOf(result, 'kafka', figure.name);
      const sluice = medianOf(result, 'sluice', figure.name);
      if (Number.isNaN(kafka) && Number.isNaN(sluice)) continue;
      const ratio = figure.isMoreBetter ? sluice / kafka : kafka / sluice;
      const cells = [scenario.title, figure.unit, show(kafka), show(sluice), show(ratio), figure.target ?? ''];
      lines.push(`| ${cells.join(' | ')} |`);
    }
  }
  lines.push('', '## Method', '');
  for (const { scenario } of outcomes) lines.push(`- **${scenario.name}** ${scenario.method}`);
  lines.push('');
  return lines.join('\n');
}

/** Keeps the report and every run's figures in bench/results. */
export function writeReport(name: string, report: string, outcomes: readonly Outcome[]): string {
  const dir = join(import.meta.dirname, 'results');
  mkdirSync(dir, { recursive: true });
  const base = join(dir, `${new Date().toISOString().slice(0, 10)}-${name}`);
  const raw = outcomes.map(({ scenario, result }) => ({ scenario: scenario.name, ...result }));
  writeFileSync(
    `${base}.json`,
    `${JSON.stringify({ machine: describeMachine(), commit: commit(), raw }, undefined, 1)}\n`,
  );
  writeFileSync(`${base}.md`, report);
  return `${base}.md`;
}

function medianOf(result: ScenarioResult, server: ServerName, figure: string): number {
  return median((result[server] ?? []).flatMap((figures) => figures[figure] ?? []));
}

function show(value: number): string {
  return Number.isNaN(value) ? '–' : round(value);
}

function describeMachine(): string {
  const processors = cpus();
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${processors.length} cores of ${processors[0]?.model.trim()}, ${memory} GiB, Linux ${release()} ${arch()}, Node ${process.version}, Java ${javaVersion()}`;
}

function javaVersion(): string {
  const home = execFileSync('sh', ['-c', 'java -version 2>&1'], { encoding: 'utf8' });
  return /version "([^"]+)"/.exec(home)?.[1] ?? 'unknown';
}

function commit(): string {
  return execFileSync('git', ['rev-parse', '--short', 'HEAD'], { encoding: 'utf8', cwd: import.meta.dirname }).trim();
}
