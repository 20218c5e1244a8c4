import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiResults } from './run-all.ts';
import type { Json } from './wire/decode.ts';

/** On disk: for each case, runs of versions that were answered alike. */
type Recording = { [caseName: string]: { versions: string; answers: Json }[] };

const recordedDir = join(import.meta.dirname, 'recorded');

export function writeRecording(file: string, results: ApiResults): void {
  const recording: Recording = {};
  for (const [name, byVersion] of Object.entries(results)) recording[name] = group(byVersion);
  mkdirSync(recordedDir, { recursive: true });
  writeFileSync(join(recordedDir, `${file}.json`), format(recording));
}

export function readRecording(file: string): ApiResults {
  const path = join(recordedDir, `${file}.json`);
  if (!existsSync(path)) throw new Error(`nothing is recorded for ${file}; see conformance/record.ts`);
  const recording = JSON.parse(readFileSync(path, 'utf8')) as Recording;
  return Object.fromEntries(Object.entries(recording).map(([name, groups]) => [name, ungroup(groups)]));
}

function group(byVersion: ReadonlyMap<number, Json>): Recording[string] {
  const groups: { min: number; max: number; text: string; answers: Json }[] = [];
  for (const [version, answers] of byVersion) {
    const text = JSON.stringify(answers);
    const last = groups.at(-1);
    if (last?.text === text && last.max === version - 1) last.max = version;
    else groups.push({ min: version, max: version, text, answers });
  }
  return groups.map(({ min, max, answers }) => ({ versions: min === max ? `${min}` : `${min}-${max}`, answers }));
}

function ungroup(groups: Recording[string]): ReadonlyMap<number, Json> {
  const byVersion = new Map<number, Json>();
  for (const { versions, answers } of groups) {
    const [min, max] = versions.split('-').map(Number);
    for (let version = min ?? 0; version <= (max ?? min ?? 0); version++) byVersion.set(version, answers);
  }
  return byVersion;
}

/** One answer a line: short enough to keep, and a change shows as the lines that it touches. */
function format(recording: Recording): string {
  const cases = Object.entries(recording).map(([name, groups]) => {
    const lines = groups.map(({ versions, answers }) => {
      const items = Array.isArray(answers)
        ? `[\n${answers.map((a) => `    ${JSON.stringify(a)}`).join(',\n')}\n  ]`
        : JSON.stringify(answers);
      return `  {"versions":${JSON.stringify(versions)},"answers":${items}}`;
    });
    return `${JSON.stringify(name)}: [\n${lines.join(',\n')}\n]`;
  });
  return `{\n${cases.join(',\n')}\n}\n`;
}
