"""confluent-kafka's admin calls."""

from confluent_kafka import IsolationLevel, KafkaError, KafkaException, Producer, TopicCollection, TopicPartition
from confluent_kafka.admin import (
    AclBinding,
    AclBindingFilter,
    AclOperation,
    AclPermissionType,
    AdminClient,
    AlterConfigOpType,
    ConfigEntry,
    ConfigResource,
    NewPartitions,
    NewTopic,
    OffsetSpec,
    ResourcePatternType,
    ResourceType,
)
from contract import Checks, eventually, expect

TIMEOUT_S = 30


def admin_checks(settings, topic):
    checks = Checks()
    admin = AdminClient(settings)
    for name, step in steps(admin, settings, topic):
        checks.run(name, step)
    return checks.rows


def expect_error(future, code):
    try:
        future.result(TIMEOUT_S)
    except KafkaException as error:
        expect("error", error.args[0].name(), KafkaError(code).name())
        return
    raise AssertionError("no error")


def steps(admin, settings, topic):
    partition = TopicPartition(topic, 0)
    resource = ConfigResource(ConfigResource.Type.TOPIC, topic)

    def described(name, value):
        entries = admin.describe_configs([resource])[resource].result(TIMEOUT_S)
        expect(name, entries[name].value, value)

    def validate():
        admin.create_topics([NewTopic(topic, 2, 1)], validate_only=True)[topic].result(TIMEOUT_S)
        expect("listed", topic in admin.list_topics(timeout=TIMEOUT_S).topics, False)

    def create():
        new_topic = NewTopic(topic, 2, 1, config={"retention.ms": "-1"})
        admin.create_topics([new_topic])[topic].result(TIMEOUT_S)

    def create_partitions():
        admin.create_partitions([NewPartitions(topic, 3)])[topic].result(TIMEOUT_S)

    def describe_topics():
        described_topics = admin.describe_topics(TopicCollection([topic]))
        expect("partitions", len(described_topics[topic].result(TIMEOUT_S).partitions), 3)

    def incremental_alter():
        entry = ConfigEntry("segment.ms", "12345", incremental_operation=AlterConfigOpType.SET)
        change = ConfigResource(ConfigResource.Type.TOPIC, topic, incremental_configs=[entry])
        admin.incremental_alter_configs([change])[change].result(TIMEOUT_S)
        eventually(lambda: described("segment.ms", "12345"))
        described("retention.ms", "-1")

    def alter():
        change = ConfigResource(ConfigResource.Type.TOPIC, topic, set_config={"segment.ms": "54321"})
        admin.alter_configs([change])[change].result(TIMEOUT_S)
        eventually(lambda: described("segment.ms", "54321"))
        described("retention.ms", "604800000")

    def describe_broker():
        cluster = admin.describe_cluster().result(TIMEOUT_S)
        broker = ConfigResource(ConfigResource.Type.BROKER, str(cluster.nodes[0].id))
        entries = admin.describe_configs([broker])[broker].result(TIMEOUT_S)
        expect("log.retention.hours", entries["log.retention.hours"].value, "168")

    def listed(spec):
        answer = admin.list_offsets({partition: spec}, isolation_level=IsolationLevel.READ_UNCOMMITTED)
        return answer[partition].result(TIMEOUT_S).offset

    def list_offsets():
        producer = Producer(settings)
        for i in range(5):
            # +0 +2 +4 +1 +3
            producer.produce(topic, b"x", partition=0, timestamp=1_750_000_000_000 + (i * 7) % 5)
        expect("left", producer.flush(TIMEOUT_S), 0)
        expect("earliest", listed(OffsetSpec.earliest()), 0)
        expect("latest", listed(OffsetSpec.latest()), 5)
        expect("max timestamp", listed(OffsetSpec.max_timestamp()), 2)
        expect("by time", listed(OffsetSpec.for_timestamp(1_750_000_000_001)), 1)

    def delete_records():
        cut = TopicPartition(topic, 0, 3)
        expect("low watermark", admin.delete_records([cut])[cut].result(TIMEOUT_S).low_watermark, 3)
        expect("earliest", listed(OffsetSpec.earliest()), 3)

    def cluster():
        expect("brokers", len(admin.describe_cluster().result(TIMEOUT_S).nodes), 1)

    def groups():
        expect("errors", admin.list_consumer_groups().result(TIMEOUT_S).errors, [])

    def acls():
        # describe_acls shows this error as no ACLs at all.
        everything = AclBindingFilter(
            ResourceType.ANY, None, ResourcePatternType.ANY, None, None, AclOperation.ANY, AclPermissionType.ANY
        )
        expect("described", admin.describe_acls(everything).result(TIMEOUT_S), [])
        binding = AclBinding(
            ResourceType.TOPIC,
            topic,
            ResourcePatternType.LITERAL,
            "User:a",
            "*",
            AclOperation.READ,
            AclPermissionType.ALLOW,
        )
        expect_error(admin.create_acls([binding])[binding], KafkaError.SECURITY_DISABLED)

    def delete():
        admin.delete_topics([topic])[topic].result(TIMEOUT_S)
        expect_error(admin.delete_topics([topic])[topic], KafkaError.UNKNOWN_TOPIC_OR_PART)

    return [
        ("CreateTopics, validate only", validate),
        ("CreateTopics", create),
        ("CreatePartitions", create_partitions),
        ("DescribeTopics", lambda: eventually(describe_topics)),
        ("DescribeConfigs", lambda: described("retention.ms", "-1")),
        ("IncrementalAlterConfigs", incremental_alter),
        ("AlterConfigs", alter),
        ("DescribeConfigs of the broker", describe_broker),
        ("ListOffsets", list_offsets),
        ("DeleteRecords", delete_records),
        ("DescribeCluster", cluster),
        ("ListGroups", groups),
        ("CreateAcls without an authorizer", acls),
        ("DeleteTopics", delete),
    ]
