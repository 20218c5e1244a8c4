import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { ApiCases, Case } from './case.ts';
import { runCase } from './run-case.ts';
import { openSession, type Session } from './session.ts';
import type { Target } from './target.ts';
import type { Json } from './wire/decode.ts';
import { schemaOf } from './wire/schema.ts';

/** Answers by version by case. */
export type ApiResults = { readonly [caseName: string]: ReadonlyMap<number, Json> };

/** Runs in flight at once, each on a session of its own. */
const lanes = 5;

const casesDir = join(import.meta.dirname, 'cases');

/** The files under cases/, without their ending; `only` keeps those that contain one of its words. */
export function caseFiles(only: readonly string[]): string[] {
  const files = readdirSync(casesDir).filter((file) => file.endsWith('.ts'));
  const names = files.map((file) => file.slice(0, -3)).toSorted();
  return only.length === 0 ? names : names.filter((name) => only.some((word) => name.includes(word)));
}

export async function loadCases(file: string): Promise<ApiCases> {
  const module = (await import(join(casesDir, `${file}.ts`))) as { cases: ApiCases };
  return module.cases;
}

/** Runs every case of one file at each of its versions against the target, several versions at a time. */
export async function runFile(target: Target, file: string, onlyCase?: string): Promise<ApiResults> {
  const apiCases = await loadCases(file);
  const results: Record<string, ReadonlyMap<number, Json>> = {};
  const sessions = await Promise.all(Array.from({ length: lanes }, () => openSession(target.host, target.port)));
  try {
    for (const testCase of apiCases.cases) {
      if (onlyCase !== undefined && !testCase.name.includes(onlyCase)) continue;
      if (testCase.name in results) throw new Error(`${file} has two cases named "${testCase.name}"`);
      results[testCase.name] = await runVersions(sessions, apiCases, testCase);
    }
  } finally {
    for (const session of sessions) session.close();
  }
  return results;
}

async function runVersions(
  sessions: readonly Session[],
  apiCases: ApiCases,
  testCase: Case,
): Promise<ReadonlyMap<number, Json>> {
  const versions = versionsOf(apiCases.api, testCase);
  const byVersion = new Map<number, Json>(versions.map((version) => [version, null]));
  const queue = [...versions];
  const runLane = async (session: Session) => {
    for (let version = queue.shift(); version !== undefined; version = queue.shift()) {
      const current = version;
      byVersion.set(current, await answersOf(() => runCase(session, apiCases, testCase, current)));
    }
  };
  await Promise.all(sessions.slice(0, testCase.isAlone === true ? 1 : lanes).map(runLane));
  return byVersion;
}

/** A case that cannot be carried through is a finding like any other, not the end of the run. */
async function answersOf(run: () => Promise<Json>): Promise<Json> {
  try {
    return await run();
  } catch (cause) {
    return { _failed: cause instanceof Error ? cause.message : String(cause) };
  }
}

/** The stable versions of the API, as the definitions have them, within the case's own bounds. */
function versionsOf(api: string, { versions }: Case): number[] {
  const valid = schemaOf(`${api}Request`);
  const min = Math.max(versions?.min ?? 0, valid.versions.min);
  const max = Math.min(versions?.max ?? Number.POSITIVE_INFINITY, valid.latestStable);
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}
