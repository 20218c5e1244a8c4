import { createSimClock, type SimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom } from '@sluice/kernel/sim/random';
import type { Verdict } from '../crash/rule.ts';
import type { GroupCanary } from './canaries.ts';
import { createSimBroker, type SimBroker } from './harness/broker.ts';
import type { GroupEvent } from './harness/event.ts';
import { createSimNetwork } from './harness/network.ts';
import { REBALANCE_TIMEOUT_MS, SESSION_TIMEOUT_MS } from './harness/settings.ts';
import { createSimTopics, type SimTopics } from './harness/topics.ts';
import { createClassicMember } from './members/classic-member.ts';
import { offsetsOf } from './members/positions.ts';
import type { SimMember } from './members/sim-member.ts';
import { makeNoise } from './noise.ts';
import type { GroupRule } from './rule.ts';
import { becomesStable } from './rules/becomes-stable.ts';
import { offsetsStay } from './rules/offsets-stay.ts';
import { oneOwner } from './rules/one-owner.ts';
import { staleIsRejected } from './rules/stale-is-rejected.ts';

const GROUP_RULES: readonly GroupRule[] = [oneOwner, staleIsRejected, becomesStable, offsetsStay];

export interface RuleVerdict extends Verdict {
  readonly row: string;
  readonly promise: string;
}

export interface GroupRun {
  readonly seed: number;
  readonly verdicts: readonly RuleVerdict[];
  /** What happened, with its times. */
  readonly story: readonly string[];
  readonly requestCount: number;
  readonly restartCount: number;
}

export interface GroupRunOptions {
  readonly canary?: GroupCanary | undefined;
  readonly noiseMs?: number | undefined;
}

const NOISE_MS = 90_000;
/** I12's bound. */
const SETTLE_MS = SESSION_TIMEOUT_MS + REBALANCE_TIMEOUT_MS + 5000;
/** Longer than a session: whoever is dead and not noticed yet would be. */
const QUIET_MS = SESSION_TIMEOUT_MS + 2000;
const GROUPS = ['inventory', 'payment'];
const TOPICS = { orders: 6, refunds: 1, events: 4 };
/** JoinGroup before and after member ids were required, before and since `skipAssignment`. */
const JOIN_VERSIONS = [3, 5, 8, 9];

/** One run of virtual time, all of it from the seed. */
export async function simulateGroups(seed: number, options: GroupRunOptions = {}): Promise<GroupRun> {
  const random = createSimRandom(seed);
  const clock = createSimClock();
  const topics = createSimTopics(TOPICS);
  const inspections = GROUP_RULES.map((rule) => ({ rule, inspection: rule.inspect() }));
  const breakage = options.canary?.create();
  let requestCount = 0;
  const listener = (event: GroupEvent): void => {
    if (event.kind === 'asked') requestCount++;
    breakage?.see?.(event);
    for (const { inspection } of inspections) inspection.see(event);
  };
  const broker = await createSimBroker({ clock, random: random.fork(), topics, listener, breakage });
  const network = createSimNetwork({ clock, random: random.fork(), broker });
  const members: SimMember[] = [];
  const story: string[] = [];

  const someTopics = () => Object.keys(TOPICS).filter((_, index) => index === 0 || random.chance(0.5));
  function addMember(): void {
    const isStatic = random.chance(0.3);
    const name = `member-${members.length}`;
    members.push(
      createClassicMember({
        name,
        groupId: GROUPS[random.below(GROUPS.length)] ?? '',
        groupInstanceId: isStatic ? `static-${name}` : null,
        apiVersion: JOIN_VERSIONS[random.below(JOIN_VERSIONS.length)] ?? 9,
        topics: someTopics(),
        clock,
        random: random.fork(),
        network,
        cluster: topics,
      }),
    );
  }

  const initialCount = 1 + random.below(8);
  for (let count = 0; count < initialCount; count++) addMember();
  const noiseMs = options.noiseMs ?? NOISE_MS;
  while (clock.monotonicMs() < noiseMs) {
    await clock.advance(1 + random.below(5000));
    const action = await makeNoise({ random, broker, members, addMember, someTopics });
    story.push(`${Math.round(clock.monotonicMs())} ms: ${action}`);
  }

  network.calm();
  broker.slowDown();
  for (const member of members) member.pause(0);
  const quietFromMs = clock.monotonicMs();
  for (const waitMs of [SETTLE_MS, QUIET_MS]) {
    await clock.advance(waitMs);
    const rest = { members, groups: await broker.describe(GROUPS), topics };
    const afterMs = clock.monotonicMs() - quietFromMs;
    for (const { inspection } of inspections) inspection.atRest({ ...rest, afterMs });
  }
  await readBack(clock, broker, topics);
  return {
    seed,
    verdicts: inspections.map(({ rule, inspection }) => {
      return { row: rule.row, promise: rule.promise, ...inspection.verdict() };
    }),
    story,
    requestCount,
    restartCount: broker.restartCount,
  };
}

/** All offsets, before and after a last crash. */
async function readBack(clock: SimClock, broker: SimBroker, topics: SimTopics): Promise<void> {
  for (const mustCrash of [false, true]) {
    if (mustCrash) await broker.crash();
    await clock.advance(1000);
    for (const groupId of GROUPS) {
      const all = [...topics.names()].map((name): [string, number[]] => {
        return [name, Array.from({ length: topics.partitionCount(name) }, (_, partition) => partition)];
      });
      const context = { apiVersion: 8, clientId: 'auditor', clientHost: '/127.0.0.1' };
      await broker.handle({ api: 'fetchOffsets', request: offsetsOf(groupId, new Map(all)) }, context);
    }
  }
}
