import { caseData } from '../case-data.ts';
import { createTopics } from '../create-topics.ts';
import { errorKinds, expectedErrors } from '../expected-errors.ts';
import type { Stage } from '../stage.ts';

/** What goes wrong is seen as the client's own kind of error. The server makes no topics by itself here. */
export async function errors(stage: Stage): Promise<void> {
  const limit = `${caseData.tooLargeLimitBytes}`;
  await createTopics(stage.server.bootstrap, [
    { name: 'errors.existing', partitions: 2 },
    { name: 'errors.small', configs: { 'max.message.bytes': limit } },
  ]);
  const topics = { existing: 'errors.existing', small: 'errors.small', none: 'errors.none', badName: 'no/such name' };
  for (const actor of stage.actors) {
    const expected = expectedErrors[actor.name] ?? {};
    for (const { kind, topic } of errorKinds) {
      const pattern = expected[kind];
      if (typeof pattern === 'string') {
        stage.row(actor, kind, { skipped: pattern });
        continue;
      }
      await stage.test(actor, kind, async () => {
        const fault = await actor.ask('provoke', { kind, topic: topics[topic] });
        const said = `${fault.type} ${fault.code} ${fault.message}`;
        if (pattern === undefined) throw new Error(`nothing is expected of this; the client said: ${said}`);
        if (!pattern.test(said)) throw new Error(`${said}\nis not ${pattern}`);
        return said.slice(0, 140);
      });
    }
  }
}
