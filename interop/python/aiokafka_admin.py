"""aiokafka's admin calls; it hands answers out as they came."""

import asyncio
from contextlib import asynccontextmanager

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic, RecordsToDelete
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from contract import Checks, expect


@asynccontextmanager
async def opened_admin(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        yield admin
    finally:
        await admin.close()


async def eventually(step):
    for _ in range(50):
        try:
            return await step()
        except AssertionError:
            await asyncio.sleep(0.1)
    return await step()


async def admin_checks(bootstrap, topic):
    checks = Checks()
    async with opened_admin(bootstrap) as admin:
        for name, step in steps(admin, bootstrap, topic):
            await checks.run_async(name, step)
    return checks.rows


def steps(admin, bootstrap, topic):
    async def described(name, value):
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, {name: None})
        answers = await admin.describe_configs([resource])
        code, message, _, _, entries = answers[0].resources[0]
        expect(f"error {message}", code, 0)
        expect(name, [entry[1] for entry in entries if entry[0] == name], [value])

    async def create():
        answer = await admin.create_topics([NewTopic(topic, 2, 1, topic_configs={"retention.ms": "-1"})])
        expect("error", answer.topic_errors[0][1], 0)

    async def create_partitions():
        answer = await admin.create_partitions({topic: NewPartitions(3)})
        expect("error", answer.topic_errors[0][1], 0)

    async def metadata():
        expect("partitions", len((await admin.describe_topics([topic]))[0]["partitions"]), 3)

    async def listed():
        expect("listed", topic in await admin.list_topics(), True)

    async def alter():
        resource = ConfigResource(ConfigResourceType.TOPIC, topic, {"segment.ms": "54321"})
        answers = await admin.alter_configs([resource])
        expect("error", answers[0].resources[0][0], 0)
        await eventually(lambda: described("segment.ms", "54321"))

    async def delete_records():
        async with AIOKafkaProducer(bootstrap_servers=bootstrap) as producer:
            for _ in range(5):
                await producer.send_and_wait(topic, b"x", partition=0)
        partition = TopicPartition(topic, 0)
        answer = await admin.delete_records({partition: RecordsToDelete(before_offset=3)})
        expect("low watermark", answer[partition], 3)

    async def cluster():
        expect("brokers", len((await admin.describe_cluster())["brokers"]), 1)

    async def groups():
        await admin.list_consumer_groups()

    async def delete():
        expect("error", (await admin.delete_topics([topic])).topic_error_codes[0][1], 0)
        expect("second error", (await admin.delete_topics([topic])).topic_error_codes[0][1], 3)

    return [
        ("CreateTopics", create),
        ("CreatePartitions", create_partitions),
        ("Metadata", lambda: eventually(metadata)),
        ("ListTopics", listed),
        ("DescribeConfigs", lambda: described("retention.ms", "-1")),
        ("AlterConfigs", alter),
        ("DeleteRecords", delete_records),
        ("DescribeCluster", cluster),
        ("ListGroups", groups),
        ("DeleteTopics", delete),
    ]
