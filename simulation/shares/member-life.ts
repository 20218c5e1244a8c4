import type { Broker } from '@sluice/client/broker';
import type { SimRandom } from '@sluice/kernel/sim/random';
import { happens, sleep, whileItRuns } from '../machine/client-world.ts';
import { findCoordinators } from '../transactions/transactional-requests.ts';
import { decideFate, type Said } from './held-records.ts';
import { type MemberSession, openSession } from './member-session.ts';
import { LOCK_MS, pick, type ShareWorld } from './world.ts';

const STEPS_MAX = 30;
const PAUSE_MS_MAX = 150;
const AWAY_MS_MAX = 3_000;
const RETRY_MS = 50;
const WAIT_MS_MAX = 400;
const RECORDS_MAX = 12;
const HEARTBEAT_MS = 400;
const ASSIGNED_TRIES_MAX = 60;
/** Members that went away without a word hold nothing any more. */
const QUIET_MS = 2 * LOCK_MS;

export interface MemberLife {
  readonly groupId: string;
  readonly name: string;
  readonly random: SimRandom;
}

/** Joins, works as it should or not, goes away with a word or without, and comes back as itself or as another. */
export async function runMember(world: ShareWorld, { groupId, name, random }: MemberLife): Promise<void> {
  let memberId = random.uuid();
  await whileItRuns(world, name, async (broker) => {
    if (world.isEnding) return 'done';
    await findCoordinators(broker, name, groupId);
    if (happens(random, 30)) memberId = random.uuid();
    const session = openSession(world, broker, { groupId, memberId });
    try {
      if (await becomeAssigned(world, session)) await work(world, session, random);
      if (happens(random, 50)) await session.leave(happens(random, 50) ? sayAll(session, random) : []);
    } finally {
      session.end();
    }
    await sleep(world, happens(random, 50) ? RETRY_MS : random.below(AWAY_MS_MAX));
    return 'again';
  });
}

export async function becomeAssigned(world: ShareWorld, session: MemberSession): Promise<boolean> {
  for (let tries = 0; tries < ASSIGNED_TRIES_MAX; tries++) {
    if (!(await session.heartbeat())) return false;
    if (session.isAssigned) return true;
    await sleep(world, RETRY_MS);
  }
  return false;
}

async function work(world: ShareWorld, session: MemberSession, random: SimRandom): Promise<void> {
  let heardMs = world.machine.clock.monotonicMs();
  const steps = 1 + random.below(STEPS_MAX);
  for (let step = 0; step < steps && !world.isEnding; step++) {
    if (world.machine.clock.monotonicMs() - heardMs > HEARTBEAT_MS) {
      if (!(await session.heartbeat())) return;
      heardMs = world.machine.clock.monotonicMs();
    }
    if (!(await takeStep(world, session, random))) return;
    if (happens(random, 50)) await sleep(world, random.below(PAUSE_MS_MAX));
  }
}

/** False if the member must begin anew. */
function takeStep(world: ShareWorld, session: MemberSession, random: SimRandom): Promise<boolean> {
  const drawn = random.below(100);
  if (drawn < 55) {
    return session.fetch({
      recordCountMax: 1 + random.below(RECORDS_MAX),
      isStrict: happens(random, 50),
      waitMs: random.below(WAIT_MS_MAX),
      said: happens(random, 40) ? saySome(session, random) : [],
    });
  }
  if (drawn < 80) return session.acknowledge(saySome(session, random));
  if (drawn < 87) return session.acknowledge(session.lastSaid);
  if (drawn < 95) return session.acknowledge(sayForAnother(world, session, random));
  // What it holds is another's by then.
  return sleep(world, LOCK_MS + random.below(LOCK_MS)).then(() => true);
}

/** Of what another member of the group holds. */
function sayForAnother({ held }: ShareWorld, { held: mine, groupId }: MemberSession, random: SimRandom): Said[] {
  const others = [...held].filter(([key]) => key.startsWith(`${groupId} `) && !mine.has(key)).map(([, one]) => one);
  const one = pick(random, others);
  return one === undefined ? [] : [{ held: one, type: 'accept' }];
}

function saySome(session: MemberSession, random: SimRandom): Said[] {
  return sayAll(session, random).filter(() => happens(random, 60));
}

function sayAll(session: MemberSession, random: SimRandom): Said[] {
  return [...session.held.values()].map((held) => ({ held, type: decideFate(random, held) }));
}

/** A member that accepts whatever there is, until nothing has come for longer than a lock lasts; false if it must begin anew. */
export async function acceptAll(world: ShareWorld, broker: Broker, groupId: string, memberId: string) {
  const { clock } = world.machine;
  const session = openSession(world, broker, { groupId, memberId });
  try {
    if (!(await becomeAssigned(world, session))) return false;
    for (let takenMs = clock.monotonicMs(); clock.monotonicMs() - takenMs < QUIET_MS; ) {
      if (session.held.size > 0) takenMs = clock.monotonicMs();
      const said = [...session.held.values()].map((held) => ({ held, type: held.isGap ? 'gap' : 'accept' }) as const);
      if (!(await session.heartbeat())) return false;
      if (!(await session.fetch({ recordCountMax: 500, isStrict: false, waitMs: 200, said }))) return false;
    }
    await session.leave([]);
    return true;
  } finally {
    session.end();
  }
}
