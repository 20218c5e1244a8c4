import type { Stage } from '../stage.ts';

/** Each client's own admin calls; the client's program judges them, as only it knows its API. */
export async function admin(stage: Stage): Promise<void> {
  for (const actor of stage.actors) {
    if (!actor.hello.can.includes('admin')) {
      stage.row(actor, 'admin', { skipped: 'the client has no admin calls' });
      continue;
    }
    await stage.test(actor, 'admin', async () => {
      const { checks } = await actor.ask('admin', { topic: `admin.${actor.name}` }, { timeoutMs: 120_000 });
      for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
      if (checks.length === 0) throw new Error('the client checked nothing');
      return `${checks.length} checks`;
    });
  }
}
