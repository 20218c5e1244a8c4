import { createSimClock } from '@sluice/kernel/sim/clock';
import { createSimRandom, type SimRandom } from '@sluice/kernel/sim/random';
import type { DescribedGroupInput } from '@sluice/protocol/generated/messages/describe-groups-response';
import { createInspection } from '../crash/rule.ts';
import { type ChangingTopics, createChangingTopics } from './consumer/changing-topics.ts';
import { bookFault, type Owner, ownersFault, restFault } from './consumer/owners.ts';
import { keyOf, type PartitionKey } from './consumer/partition-key.ts';
import { CONSUMER_PROMISES } from './consumer/promises.ts';
import { createShardWatch } from './consumer/watch-shard.ts';
import { createSimBroker, type SimBroker } from './harness/broker.ts';
import type { GroupEvent } from './harness/event.ts';
import { createSimNetwork } from './harness/network.ts';
import { REBALANCE_TIMEOUT_MS, SESSION_TIMEOUT_MS } from './harness/settings.ts';
import type { SimTopics } from './harness/topics.ts';
import { partitionOf } from './members/blobs.ts';
import { createClassicMember } from './members/classic-member.ts';
import { type ConsumerMember, createConsumerMember } from './members/consumer-member.ts';
import type { SimMember } from './members/sim-member.ts';
import { makeNoise } from './noise.ts';
import { faultsOf } from './rules/becomes-stable.ts';
import { offsetsStay } from './rules/offsets-stay.ts';
import type { GroupRun, GroupRunOptions } from './simulate-groups.ts';

const NOISE_MS = 90_000;
/** I12's bound. */
const SETTLE_MS = SESSION_TIMEOUT_MS + REBALANCE_TIMEOUT_MS + 5000;
/** Regular expressions are resolved anew no more often than that. */
const REGEX_MS = 10_000;
const GROUPS = ['inventory', 'payment'];
/** JoinGroup before and after member ids were required, before and since `skipAssignment`. */
const JOIN_VERSIONS = [3, 5, 8, 9];
const REGEXES = ['orders|events', '.*s', 'topic-.*', '(refunds|topic-[0-9])'];

/** Groups of the new protocol, with topics that change. One run of virtual time, all of it from the seed. */
export function simulateConsumerGroups(seed: number, options: GroupRunOptions = {}): Promise<GroupRun> {
  return simulate(seed, options, 0);
}

/** Members of both protocols in one group: it goes from one protocol to the other and back. */
export function simulateMixedGroups(seed: number, options: GroupRunOptions = {}): Promise<GroupRun> {
  return simulate(seed, options, 0.5);
}

async function simulate(seed: number, options: GroupRunOptions, classicShare: number): Promise<GroupRun> {
  const random = createSimRandom(seed);
  const clock = createSimClock();
  const topics = createChangingTopics(random.fork());
  for (const [name, partitionCount] of Object.entries({ orders: 6, refunds: 1, events: 4 })) {
    topics.create(name, partitionCount);
  }
  const rules = createRules();
  const watch = createShardWatch(topics, { stale: rules.stale.check, target: rules.target.check });
  const consumers: ConsumerMember[] = [];
  const members: SimMember[] = [];
  const story: string[] = [];
  const tell = (what: string) => story.push(`${Math.round(clock.monotonicMs())} ms: ${what}`);
  const broken = options.canary?.create();
  let requestCount = 0;
  let isCalm = false;

  function owners(): Owner[] {
    const classic = members.filter((member) => !consumers.some((consumer) => consumer === member));
    return [
      ...consumers.map((member) => ({ member, ownedKeys: member.ownedKeys, regex: member.regex })),
      ...classic.map((member) => ({ member, ownedKeys: keysOfNames(member.owned, topics), regex: null })),
    ];
  }

  /** Of the records, or of what members believe to own. */
  let seenChanges = -1;
  let seenOwned: unknown[] = [];
  function hasChanged(): boolean {
    const owned = members.flatMap((member) => [
      'ownedKeys' in member ? member.ownedKeys : member.owned,
      member.generation,
    ]);
    const isSame = watch.changeCount === seenChanges && owned.length === seenOwned.length;
    if (isSame && owned.every((each, index) => each === seenOwned[index])) return false;
    seenChanges = watch.changeCount;
    seenOwned = owned;
    return true;
  }

  function checkOwners(): void {
    if (!hasChanged()) return;
    for (const groupId of GROUPS) {
      const view = watch.view(groupId);
      if (view === undefined) continue;
      const inGroup = owners().filter(({ member }) => member.groupId === groupId);
      const book = bookFault(view);
      rules.book.check(book === undefined, () => `${groupId}: ${book}`);
      const fault = ownersFault(view, inGroup);
      rules.owners.check(fault === undefined, () => `${groupId}: ${fault}`);
    }
  }

  const listener = (event: GroupEvent): void => {
    if (event.kind === 'asked') requestCount++;
    broken?.see?.(event);
    rules.offsets.see(event);
    checkOwners();
  };
  const broker = await createSimBroker({
    clock,
    random: random.fork(),
    topics,
    listener,
    breakage: { ...broken, breakShard: (shard) => watch.watch(broken?.breakShard?.(shard) ?? shard) },
  });
  const network = createSimNetwork({
    clock,
    random: random.fork(),
    broker,
    onRepeated({ request }) {
      consumers.find(({ memberId }) => 'memberId' in request && memberId === request.memberId)?.reconnect();
    },
  });

  const someTopics = () => [...topics.names()].filter((_, index) => index === 0 || random.chance(0.5));
  function addMember(): void {
    const name = `member-${members.length}`;
    const common = {
      name,
      groupId: GROUPS[random.below(GROUPS.length)] ?? '',
      groupInstanceId: random.chance(0.3) ? `static-${name}` : null,
      topics: someTopics(),
      ...{ clock, random: random.fork(), network, cluster: topics },
    };
    if (random.chance(classicShare)) {
      members.push(
        createClassicMember({ ...common, apiVersion: JOIN_VERSIONS[random.below(JOIN_VERSIONS.length)] ?? 9 }),
      );
      return;
    }
    const consumer = createConsumerMember({
      ...common,
      apiVersion: random.below(2),
      regex: null,
      serverAssignor: random.chance(0.1) ? 'range' : null,
      isCalm: () => isCalm,
      onFault: (fault) => rules.answers.check(false, () => fault),
    });
    consumers.push(consumer);
    members.push(consumer);
  }

  const initialCount = 1 + random.below(8);
  for (let count = 0; count < initialCount; count++) addMember();
  const noiseMs = options.noiseMs ?? NOISE_MS;
  while (clock.monotonicMs() < noiseMs) {
    await clock.advance(1 + random.below(5000));
    if (random.chance(0.25)) {
      tell(changeSomeTopic(random, topics, broker, classicShare > 0));
      // Clients of the classic protocol see to it themselves that topics have changed.
      for (const member of members) if (!('ownedKeys' in member)) member.subscribe(member.subscription);
    } else if (random.chance(0.1)) tell(subscribeByRegex(random, consumers));
    else tell(await makeNoise({ random, broker, members, addMember, someTopics }));
  }

  isCalm = true;
  network.calm();
  broker.slowDown();
  for (const member of members) member.pause(0);
  await clock.advance(SETTLE_MS + (consumers.some(({ regex }) => regex !== null) ? REGEX_MS : 0));
  for (const group of await broker.describe(GROUPS)) {
    const { groupId } = group;
    const alive = owners().filter(({ member }) => member.isAlive && member.groupId === groupId);
    const view = watch.view(groupId);
    const isClassic = view === undefined || view.members.size === 0;
    const fault = isClassic ? classicRestFault(group, alive, topics) : restFault(view, alive, topics);
    rules.rest.check(fault === undefined, () => `${groupId}: ${fault}`);
  }
  rules.answers.check(true, () => '');
  return { seed, verdicts: rules.verdicts(), story, requestCount, restartCount: broker.restartCount };
}

function createRules() {
  const inspections = {
    book: createInspection(),
    owners: createInspection(),
    stale: createInspection(),
    target: createInspection(),
    rest: createInspection(),
    answers: createInspection(),
  };
  const offsets = offsetsStay.inspect();
  return {
    ...inspections,
    offsets,
    verdicts() {
      const own = Object.entries(inspections).map(([name, inspection]) => {
        const promise = CONSUMER_PROMISES[name as keyof typeof CONSUMER_PROMISES];
        return { row: 'I12', promise, ...inspection.verdict() };
      });
      return [...own, { row: offsetsStay.row, promise: offsetsStay.promise, ...offsets.verdict() }];
    },
  };
}

/** No member of the new protocol: the others have a group of the classic one. */
function classicRestFault(
  { groupState, members }: DescribedGroupInput,
  alive: readonly Owner[],
  topics: SimTopics,
): string | undefined {
  const stranger = alive.find(({ member }) => 'ownedKeys' in member);
  if (stranger !== undefined) return `${stranger.member.name} is not in it`;
  const simMembers = alive.map(({ member }) => member);
  const faults = faultsOf({ topics }, groupState, members.length, simMembers);
  return faults.length === 0 ? undefined : `classic, ${faults.join('; ')}`;
}

function keysOfNames(names: Iterable<string>, topics: ChangingTopics): ReadonlySet<PartitionKey> {
  const keys = new Set<PartitionKey>();
  for (const name of names) {
    const { topic, partition } = partitionOf(name);
    const id = topics.byName(topic)?.id;
    if (id !== undefined) keys.add(keyOf(id, partition));
  }
  return keys;
}

/** Topics come, grow and go; one that went may come again, and is another one then. */
function changeSomeTopic(random: SimRandom, topics: ChangingTopics, broker: SimBroker, hasClassic: boolean): string {
  const names = [...topics.names()];
  const name = names[random.below(names.length)] ?? 'orders';
  // Members of the classic protocol know topics by name alone: they could not tell the new one from the old one.
  const newName = `topic-${hasClassic ? topics.version : random.below(4)}`;
  switch (random.below(3)) {
    case 0:
      topics.create(newName, 1 + random.below(6));
      broker.onTopicsChanged([]);
      return `topic ${newName} comes`;
    case 1:
      topics.grow(name, 1 + random.below(3));
      broker.onTopicsChanged([]);
      return `topic ${name} grows`;
    default:
      if (name === 'orders') return 'nothing';
      topics.delete(name);
      broker.onTopicsChanged([name]);
      return `topic ${name} goes`;
  }
}

function subscribeByRegex(random: SimRandom, members: readonly ConsumerMember[]): string {
  const alive = members.filter(({ isAlive }) => isAlive);
  const regex = REGEXES[random.below(REGEXES.length)] ?? '.*';
  if (alive.length > 0) alive[random.below(alive.length)]?.subscribeTo(regex);
  return `somebody subscribes to ${regex}`;
}
