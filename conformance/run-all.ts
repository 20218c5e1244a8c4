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
const lanes = 8;

const casesDir = join(import.meta.dirname, 'cases');

/** The files under cases/, without their ending; `only` keeps those that contain one of its words. */
export function caseFiles(only: readonly string[]): string[] {
  const files = readdirSync(casesDir).filter((file) => file.endsWith('.ts'));
  const names = files.map((file) => file.slice(0, -3)).toSorted();
  return only.length === 0 ? names : names.filter((name) => only.some((word) => name.includes(word)));
}

async function loadCases(file: string): Promise<ApiCases> {
  const module = (await import(join(casesDir, `${file}.ts`))) as { cases: ApiCases };
  return module.cases;
}

/** Runs every case of one file at each of its versions against the target: many at a time, then those that are alone. */
export async function runFile(target: Target, file: string, onlyCase?: string): Promise<ApiResults> {
  return runCases(target, await loadCases(file), file, onlyCase);
}

export async function runCases(
  target: Target,
  apiCases: ApiCases,
  file: string,
  onlyCase?: string,
): Promise<ApiResults> {
  const chosen = apiCases.cases.filter(({ name }) => onlyCase === undefined || name.includes(onlyCase));
  const results: Record<string, Map<number, Json>> = {};
  for (const testCase of chosen) {
    if (testCase.name in results) throw new Error(`${file} has two cases named "${testCase.name}"`);
    results[testCase.name] = new Map(versionsOf(apiCases.api, testCase).map((version) => [version, null]));
  }
  const run = async (session: Session, testCase: Case, version: number) => {
    results[testCase.name]?.set(version, await answersOf(() => runCase(session, apiCases, testCase, version)));
  };
  const runs = chosen.flatMap((testCase) =>
    versionsOf(apiCases.api, testCase).map((version) => ({ testCase, version })),
  );
  const sessions = await Promise.all(Array.from({ length: lanes }, () => openSession(target.host, target.port)));
  try {
    if (apiCases.needsGroups === true) await sessions[0]?.prepareGroups();
    if (apiCases.needsTransactions === true) await sessions[0]?.prepareTransactions();
    const together = runs.filter(({ testCase }) => testCase.isAlone !== true);
    const runLane = async (session: Session) => {
      for (let next = together.shift(); next !== undefined; next = together.shift()) {
        await run(session, next.testCase, next.version);
      }
    };
    await Promise.all(sessions.map(runLane));
    for (const { testCase, version } of runs.filter((each) => each.testCase.isAlone === true)) {
      if (sessions[0] !== undefined) await run(sessions[0], testCase, version);
    }
  } finally {
    for (const session of sessions) session.close();
  }
  return results;
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
export function versionsOf(api: string, { versions }: Case): number[] {
  const valid = schemaOf(`${api}Request`);
  const min = Math.max(versions?.min ?? 0, valid.versions.min);
  const max = Math.min(versions?.max ?? Number.POSITIVE_INFINITY, valid.latestStable);
  return Array.from({ length: max - min + 1 }, (_, index) => min + index);
}
