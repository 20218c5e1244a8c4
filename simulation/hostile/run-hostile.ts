import { setTimeout as sleep } from 'node:timers/promises';
import type { Battlefield, Limits } from './attack.ts';
import { loadCorpus } from './corpus.ts';
import { compareGuardedLog, fillGuardedLog } from './guarded-log.ts';
import { openHonest, type Topic } from './honest-client.ts';
import { judgeProcess, type ProcessLimits } from './process-verdict.ts';
import { watchProcess } from './process-watch.ts';
import type { Target } from './raw-connection.ts';
import type { HostileReport } from './report.ts';
import { besiege, type SiegeOptions } from './siege.ts';
import { quantile } from './statistics.ts';
import { createTally } from './tally.ts';
import { startWellBehaved } from './well-behaved.ts';

export interface HostileOptions extends SiegeOptions {
  readonly target: Target;
  /** The broker's process, if it runs on this machine. */
  readonly pid: number | undefined;
  readonly limits: Limits;
  readonly processLimits: ProcessLimits;
  /** Attacks before memory is first looked at: a young process grows for good reasons, too. */
  readonly warmUpSeconds: number;
  /** No operation of the well-behaved client may take longer. */
  readonly hangMs: number;
  /** Its p99 under attack is at most twice the quiet one and this. */
  readonly p99SlackMs: number;
}

/** How long the well-behaved client is watched before the attacks begin. */
const QUIET_MS = 2000;
const FODDER_RENEWAL_MS = 3000;
const GUARDED_OFFSET = 17;
const SET_UP_MS_MAX = 30_000;

/** Attacks a broker for a while, and looks at it as its other clients and its machine do. */
export async function runHostile(options: HostileOptions): Promise<HostileReport> {
  const { target, limits, hangMs } = options;
  const patientMs = Math.max(limits.answerMs, hangMs * 2);
  const setUp = await openHonest(target, SET_UP_MS_MAX);
  // Names that are surely new, so that two runs against one broker do not meet.
  const suffix = Date.now().toString(36);
  const guarded = await setUp.createTopic(`hostile-guarded-${suffix}`);
  const ownTopic = await setUp.createTopic(`hostile-own-${suffix}`);
  const fodder = await setUp.createTopic(`hostile-fodder-${suffix}`);
  const served = await setUp.servedVersions();
  const logBefore = await fillGuardedLog(setUp, guarded);
  const guardedGroup = `hostile-guarded-${suffix}`;
  await setUp.commitOffset(guardedGroup, guarded, GUARDED_OFFSET);
  setUp.connection.destroy();

  const wellBehaved = startWellBehaved(await openHonest(target, patientMs), ownTopic);
  await sleep(QUIET_MS);
  const quietMs = wellBehaved.takeLatenciesMs();

  const watch = options.pid === undefined ? undefined : watchProcess(options.pid);
  const tally = createTally(options.attacks);
  const field = { target, limits, guarded, fodder, served, watch, corpus: loadCorpus() };
  const renewal = setInterval(() => void renewFodder(field), FODDER_RENEWAL_MS);
  if (options.blowSeed === undefined && options.warmUpSeconds > 0) {
    await besiege(field, { ...options, seconds: options.warmUpSeconds, seed: options.seed + 1 }, tally);
  }
  const verdict = judgeProcess(watch, options.processLimits);
  await besiege(field, options, tally);
  clearInterval(renewal);

  const attackedMs = wellBehaved.takeLatenciesMs();
  await wellBehaved.finish();
  const violations = [...wellBehaved.violations];
  const slowestMs = Math.max(0, ...attackedMs);
  const [quietP99Ms, p99Ms] = [quantile(quietMs, 0.99), quantile(attackedMs, 0.99)];
  if (p99Ms > 2 * quietP99Ms + options.p99SlackMs) {
    violations.push(`the well-behaved p99 rose from ${quietP99Ms.toFixed(1)} to ${p99Ms.toFixed(1)} ms`);
  }
  if (slowestMs > hangMs) violations.push(`a well-behaved request took ${slowestMs.toFixed(0)} ms`);
  violations.push(...(await compareGuardedLog(target, patientMs, guarded, logBefore)));
  violations.push(...(await compareGuardedOffset(target, patientMs, guardedGroup, guarded)));
  const process = await verdict();
  watch?.stop();
  return {
    seed: options.seed,
    seconds: options.seconds,
    attacks: tally.reports(),
    wellBehaved: {
      operations: quietMs.length + attackedMs.length,
      quietP99Ms,
      p99Ms,
      slowestMs,
    },
    process: process.report,
    violations: [...violations, ...process.violations],
  };
}

/** What became of the offset that an honest group committed before: nothing, if the broker did as it should. */
async function compareGuardedOffset(
  target: Target,
  answerMs: number,
  groupId: string,
  topic: Topic,
): Promise<string[]> {
  const client = await openHonest(target, answerMs);
  try {
    const offset = await client.committedOffset(groupId, topic);
    return offset === GUARDED_OFFSET ? [] : [`the committed offset changed: ${GUARDED_OFFSET} before, ${offset} after`];
  } catch (error) {
    return [`the committed offset cannot be read back: ${error instanceof Error ? error.message : error}`];
  } finally {
    client.connection.destroy();
  }
}

/** Some blows delete the fodder topic; then there must be a new one. While it is there, making it again fails. */
async function renewFodder(field: { target: Target; limits: Limits; fodder: Battlefield['fodder'] }): Promise<void> {
  const client = await openHonest(field.target, field.limits.answerMs).catch(() => undefined);
  if (client === undefined) return;
  field.fodder = await client.createTopic(field.fodder.name).catch(() => field.fodder);
  client.connection.destroy();
}
