import type { Stage } from '../stage.ts';

/** What settings of topic, producer and consumer do to records, as far as a client's program looks into it. */
export async function details(stage: Stage): Promise<void> {
  for (const actor of stage.actors) {
    if (!actor.hello.can.includes('details')) continue;
    await stage.test(actor, 'details', async () => {
      const { checks } = await actor.ask('details', {}, { timeoutMs: 180_000 });
      for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
      if (checks.length === 0) throw new Error('nothing was checked');
      return `${checks.length} checks`;
    });
  }
}
