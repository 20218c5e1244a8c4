import type { Stage } from '../stage.ts';

/** A client's share consumer in each of its ways. */
export async function shares(stage: Stage): Promise<void> {
  for (const actor of stage.actors.filter(({ hello }) => hello.can.includes('share-checks'))) {
    await stage.test(actor, 'shares', async () => {
      const { checks } = await actor.ask('shares', {}, { timeoutMs: 240_000 });
      for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
      if (checks.length === 0) throw new Error('the client checked nothing');
      return `${checks.length} checks`;
    });
  }
}
