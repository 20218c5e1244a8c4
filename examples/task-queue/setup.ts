import { pathToFileURL } from 'node:url';
import { Admin, ConfigResourceTypes, IncrementalAlterConfigOperationTypes } from '@platformatic/kafka';
import { BOOTSTRAP, DEAD_LETTERS, GROUP, TASKS } from './queue.ts';

/**
 * Makes the topics, and has the group begin with tasks that were added before its first worker came. One partition is
 * enough for many workers. With several, each is given to some of them: what a killed worker alone was given waits until
 * the group takes it for gone (share.session.timeout.ms, 45 s).
 */
export async function setUp(bootstrap: string): Promise<void> {
  const admin = new Admin({ clientId: 'task-queue-setup', bootstrapBrokers: [bootstrap] });
  try {
    const existing = await admin.listTopics();
    const wanted = [TASKS, DEAD_LETTERS].filter((topic) => !existing.includes(topic));
    if (wanted.length > 0) await admin.createTopics({ topics: wanted, partitions: 1, replicas: 1 });
    await admin.incrementalAlterConfigs({
      resources: [
        {
          resourceType: ConfigResourceTypes.GROUP,
          resourceName: GROUP,
          configs: [
            {
              name: 'share.auto.offset.reset',
              configOperation: IncrementalAlterConfigOperationTypes.SET,
              value: 'earliest',
            },
          ],
        },
      ],
    });
  } finally {
    await admin.close();
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await setUp(BOOTSTRAP);
  console.log(`topics ${TASKS} and ${DEAD_LETTERS} are there; group ${GROUP} begins with the oldest task`);
}
