import {
  type Admin,
  ConfigResourceTypes,
  findErrorBy,
  IncrementalAlterConfigOperationTypes,
} from '@platformatic/kafka';
import type { Check } from '../runner/contract.ts';
import { createChecks, eventually, expect } from './serve.ts';

export async function adminChecks(admin: Admin, topic: string): Promise<readonly Check[]> {
  const { checks, run } = createChecks();
  const described = async (name: string, value: string) => {
    const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configurationKeys: [name] }];
    const answer = await admin.describeConfigs({ resources });
    expect(name, answer[0]?.configs[0]?.value, value);
  };
  await run('CreateTopics', async () => {
    const configs = [{ name: 'retention.ms', value: '-1' }];
    const created = await admin.createTopics({ topics: [topic], partitions: 2, replicas: 1, configs });
    expect('partitions in the answer', created[0]?.partitions, 2);
  });
  await run('CreatePartitions', async () => {
    const [broker = -1] = (await admin.metadata({})).brokers.keys();
    await admin.createPartitions({ topics: [{ name: topic, count: 3, assignments: [{ brokerIds: [broker] }] }] });
  });
  await run('Metadata', () =>
    eventually(async () => {
      const metadata = await admin.metadata({ topics: [topic], forceUpdate: true });
      expect('partitions', metadata.topics.get(topic)?.partitionsCount, 3);
    }),
  );
  await run('ListTopics', async () => expect('listed', (await admin.listTopics()).includes(topic), true));
  await run('DescribeConfigs', () => described('retention.ms', '-1'));
  await run('IncrementalAlterConfigs', async () => {
    const configs = [{ name: 'segment.ms', configOperation: IncrementalAlterConfigOperationTypes.SET, value: '12345' }];
    const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs }];
    await admin.incrementalAlterConfigs({ resources });
    await eventually(() => described('segment.ms', '12345'));
  });
  await run('AlterConfigs', async () => {
    const configs = [{ name: 'segment.ms', value: '54321' }];
    const resources = [{ resourceType: ConfigResourceTypes.TOPIC, resourceName: topic, configs }];
    await admin.alterConfigs({ resources });
    await eventually(() => described('segment.ms', '54321'));
    await described('retention.ms', '604800000');
  });
  await run('DeleteRecords, ListOffsets', async () => {
    const partitions = [{ partition: 0, offset: 0n }];
    const deleted = await admin.deleteRecords({ topics: [{ name: topic, partitions }] });
    expect('low watermark', deleted[0]?.partitions[0]?.lowWatermark, 0n);
    const topics = [{ name: topic, partitions: [{ partitionIndex: 0, timestamp: -1n }] }];
    expect('latest', (await admin.listOffsets({ topics }))[0]?.partitions[0]?.offset, 0n);
  });
  await run('DescribeLogDirs', async () => {
    const answer = await admin.describeLogDirs({ topics: [{ name: topic, partitions: [0, 1, 2] }] });
    expect('partitions', answer[0]?.results[0]?.topics[0]?.partitions.length, 3);
  });
  await run('ListGroups', async () => void (await admin.listGroups()));
  await run('DescribeAcls without an authorizer', async () => {
    const filter = { resourceType: 1, resourceName: null, resourcePatternType: 1, principal: null, host: null };
    try {
      await admin.describeAcls({ filter: { ...filter, operation: 1, permissionType: 1 } } as never);
    } catch (cause) {
      const error = cause instanceof Error ? findErrorBy(cause, 'apiId', 'SECURITY_DISABLED') : null;
      if (error !== null) return;
      throw cause;
    }
    throw new Error('no error');
  });
  await run('DeleteTopics', async () => {
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => expect('listed', (await admin.listTopics()).includes(topic), false));
  });
  return checks;
}
