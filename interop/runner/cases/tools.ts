import type { Stage } from '../stage.ts';

/** Kafka's own command line tools; DumpLogSegments reads the files that the stopped server leaves behind. */
export async function tools(stage: Stage): Promise<void> {
  for (const actor of stage.actors) {
    if (!actor.hello.can.includes('tools')) continue;
    await stage.test(actor, 'tools', async () => {
      const { checks } = await actor.ask('tools', {}, { timeoutMs: 180_000 });
      for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
      if (checks.length === 0) throw new Error('nothing was checked');
      return `${checks.length} checks`;
    });
    await stage.test(actor, 'dump-log', async () => {
      await stage.server.end('SIGTERM');
      const { checks } = await actor.ask('dumpLog', { dir: stage.server.logDir }, { timeoutMs: 120_000 });
      for (const { name, ...outcome } of checks) stage.row(actor, name, outcome);
      if (checks.length === 0) throw new Error('nothing was checked');
      return `${checks.length} checks`;
    });
  }
}
