import kafkajs, { type Kafka } from 'kafkajs';
import type { Check } from '../runner/contract.ts';
import { createChecks, eventually, expect } from './serve.ts';

const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ConfigResourceTypes, ResourcePatternTypes } = kafkajs;

export async function adminChecks(kafka: Kafka, topic: string): Promise<readonly Check[]> {
  const { checks, run } = createChecks();
  const admin = kafka.admin();
  await admin.connect();
  const described = async (name: string, value: string) => {
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configNames: [name] }];
    const answer = await admin.describeConfigs({ resources, includeSynonyms: true });
    expect(name, answer.resources[0]?.configEntries[0]?.configValue, value);
  };
  const configEntries = [{ name: 'retention.ms', value: '-1' }];
  const topics = [{ topic, numPartitions: 2, replicationFactor: 1, configEntries }];
  await run('CreateTopics, validate only', async () => {
    expect('created', await admin.createTopics({ topics, validateOnly: true, waitForLeaders: false }), true);
    expect('listed', (await admin.listTopics()).includes(topic), false);
  });
  await run('CreateTopics', async () => expect('created', await admin.createTopics({ topics }), true));
  await run('CreatePartitions', async () => {
    await admin.createPartitions({ topicPartitions: [{ topic, count: 3 }] });
  });
  await run('Metadata', () =>
    eventually(async () => {
      const metadata = await admin.fetchTopicMetadata({ topics: [topic] });
      expect('partitions', metadata.topics[0]?.partitions.length, 3);
    }),
  );
  await run('ListTopics', async () => expect('listed', (await admin.listTopics()).includes(topic), true));
  await run('DescribeConfigs', () => described('retention.ms', '-1'));
  await run('AlterConfigs', async () => {
    const configs = [{ name: 'segment.ms', value: '54321' }];
    const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: configs }];
    await admin.alterConfigs({ resources, validateOnly: false });
    await eventually(() => described('segment.ms', '54321'));
  });
  await run('DeleteRecords', async () => {
    const producer = kafka.producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await producer.connect();
    await producer.send({ topic, messages: Array.from({ length: 5 }, () => ({ partition: 0, value: 'x' })) });
    await producer.disconnect();
    await admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '3' }] });
    const ends = (await admin.fetchTopicOffsets(topic)).find((one) => one.partition === 0);
    expect('low and high', `${ends?.low} ${ends?.high}`, '3 5');
  });
  await run('DescribeCluster', async () => expect('brokers', (await admin.describeCluster()).brokers.length, 1));
  await run('ListGroups', async () => void (await admin.listGroups()));
  await run('DescribeAcls without an authorizer', async () => {
    const filter = {
      resourceType: AclResourceTypes.ANY,
      resourcePatternType: ResourcePatternTypes.ANY,
      operation: AclOperationTypes.ANY,
      permissionType: AclPermissionTypes.ANY,
    };
    try {
      await admin.describeAcls(filter);
    } catch (cause) {
      if (cause instanceof Error && Reflect.get(cause, 'type') === 'SECURITY_DISABLED') return;
      throw cause;
    }
    throw new Error('no error');
  });
  await run('DeleteTopics', async () => {
    await admin.deleteTopics({ topics: [topic] });
    await eventually(async () => expect('listed', (await admin.listTopics()).includes(topic), false));
  });
  await admin.disconnect();
  return checks;
}
