import { setTimeout as sleep } from 'node:timers/promises';
import type { ShareWork } from '../contract.ts';
import type { Actor, Stage } from '../stage.ts';
import { placesOf } from './share-group.ts';
import type { ShareHistory, ShareVerdict } from './share-history.ts';

const lookEveryMs = 200;
/** Beside many others a virtual machine takes its time to start, and members theirs to say farewell. */
const answerTimeoutMs = 180_000;

/** Members of a share group in a program of their own, who tell the history what they do. */
export type Worker = {
  readonly name: string;
  /** Closes its members by their client's own way. */
  stop(): Promise<void>;
  /** `kill -9` of its program. */
  kill(): Promise<void>;
};

export async function startWorker(
  actor: Actor,
  place: string,
  work: Omit<ShareWork, 'worker'>,
  history: ShareHistory,
): Promise<Worker> {
  const worker = `${actor.name} ${place}`;
  actor.hear(place, history.hear);
  const ask = actor.askIn(place);
  const patience = { timeoutMs: answerTimeoutMs };
  await ask('shareWork', { worker, ...work }, patience);
  return {
    name: worker,
    stop: async () => {
      await ask('shareStop', { worker }, patience);
    },
    kill: () => actor.kill(place),
  };
}

/** Until the broker says that nothing is left for the group to take. */
export async function untilNothingIsLeft(
  { server }: Stage,
  group: string,
  topic: string,
  partitions: number,
  patienceMs: number,
): Promise<void> {
  const end = performance.now() + patienceMs;
  for (;;) {
    const places = await placesOf(server.bootstrap, group, topic, partitions);
    if (places !== undefined && [...places.values()].every(({ lag }) => lag === 0)) return;
    if (performance.now() > end) {
      const said = [...(places ?? [])].map(
        ([partition, { startOffset, lag }]) => `${partition}: ${lag} from ${startOffset}`,
      );
      throw new Error(`within ${patienceMs} ms the group has not taken all (${said.join(', ')})`);
    }
    await sleep(lookEveryMs);
  }
}

/** The records of `flood`, by partition and offset. */
export function floodedPlaces(count: number, partitions: number): string[] {
  return Array.from({ length: count }, (_, index) => `${index % partitions}-${Math.floor(index / partitions)}`);
}

/** What happened in a sentence; throws where something may not. */
export function tell({
  violations,
  accepted,
  rejected,
  unheard,
  heardLate,
  deliveries,
  redeliveries,
}: ShareVerdict): string {
  if (violations.length > 0) {
    throw new Error(`${violations.length} violations:\n${violations.slice(0, 10).join('\n')}`);
  }
  const { released, refused, abandoned } = redeliveries;
  return (
    `${accepted} accepted, ${rejected} rejected, ${unheard} without hearing of it, in ${deliveries} deliveries; ` +
    `again because they were released ${released} (${heardLate} heard late), because the broker could not confirm ${refused}, ` +
    `because their member ended ${abandoned}`
  );
}
