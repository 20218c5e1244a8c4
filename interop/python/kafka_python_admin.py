"""kafka-python's admin calls."""

from contract import Checks, eventually, expect
from kafka import KafkaProducer, TopicPartition
from kafka.admin import (
    ACLFilter,
    ACLOperation,
    ACLPermissionType,
    ConfigResource,
    ConfigResourceType,
    KafkaAdminClient,
    NewPartitions,
    NewTopic,
    ResourcePatternFilter,
    ResourceType,
)
from kafka.admin import ACLResourcePatternType as PatternType
from kafka.errors import SecurityDisabledError, UnknownTopicOrPartitionError


def admin_checks(bootstrap, topic):
    checks = Checks()
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    for name, step in steps(admin, bootstrap, topic):
        checks.run(name, step)
    admin.close()
    return checks.rows


def steps(admin, bootstrap, topic):
    partition = TopicPartition(topic, 0)

    def described(name, value):
        resource = ConfigResource(ConfigResourceType.TOPIC, topic)
        entries = admin.describe_configs([resource], config_filter="all")
        expect(name, config_value(entries, topic, name), value)

    def create():
        admin.create_topics([NewTopic(topic, 2, 1, topic_configs={"retention.ms": "-1"})])

    def create_partitions():
        admin.create_partitions({topic: NewPartitions(3)})

    def metadata():
        expect("partitions", len(admin.describe_topics([topic])[0]["partitions"]), 3)

    def listed():
        expect("listed", topic in admin.list_topics(), True)

    def alter():
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, {"segment.ms": "12345"})])
        eventually(lambda: described("segment.ms", "12345"))

    def delete_records():
        producer = KafkaProducer(bootstrap_servers=bootstrap)
        for _ in range(5):
            producer.send(topic, partition=0, value=b"x").get(timeout=30)
        producer.close()
        expect("low watermark", admin.delete_records({partition: 3})[partition]["low_watermark"], 3)

    def describe_producers():
        states = admin.describe_producers([partition])[partition].active_producers
        expect("active producers", len(states), 1)

    def describe_topic_partitions():
        answer = admin.describe_topic_partitions([topic])
        found = answer["topics"] if isinstance(answer, dict) else answer
        expect("partitions", len(found[0]["partitions"]), 3)

    def cluster():
        expect("brokers", len(admin.describe_cluster()["brokers"]), 1)

    def log_dirs():
        expect("answered", bool(admin.describe_log_dirs()), True)

    def features():
        expect("answered", bool(admin.describe_features()), True)

    def api_versions():
        expect("answered", bool(admin.api_versions()), True)

    def groups():
        admin.list_groups()

    def acls():
        pattern = ResourcePatternFilter(ResourceType.ANY, None, PatternType.ANY)
        try:
            _, error = admin.describe_acls(
                ACLFilter(
                    principal=None,
                    host=None,
                    operation=ACLOperation.ANY,
                    permission_type=ACLPermissionType.ANY,
                    resource_pattern=pattern,
                )
            )
        except SecurityDisabledError:
            return
        expect("error", error, SecurityDisabledError)

    def delete():
        admin.delete_topics([topic])
        try:
            admin.delete_topics([topic])
        except UnknownTopicOrPartitionError:
            return
        raise AssertionError("deleting it twice went well")

    return [
        ("CreateTopics", create),
        ("CreatePartitions", create_partitions),
        ("Metadata", lambda: eventually(metadata)),
        ("ListTopics", listed),
        ("DescribeConfigs", lambda: described("retention.ms", "-1")),
        ("IncrementalAlterConfigs", alter),
        ("ListConfigResources", admin.list_config_resources),
        ("DeleteRecords", delete_records),
        ("DescribeProducers", describe_producers),
        ("DescribeTopicPartitions", describe_topic_partitions),
        ("DescribeCluster", cluster),
        ("DescribeLogDirs", log_dirs),
        ("DescribeFeatures", features),
        ("ApiVersions", api_versions),
        ("ListGroups", groups),
        ("DescribeAcls without an authorizer", acls),
        ("DeleteTopics", delete),
    ]


def config_value(entries, topic, name):
    """The answer is nested by resource type and name."""
    for by_name in entries.values() if isinstance(entries, dict) else entries:
        if topic in by_name:
            found = by_name[topic][name]
            return found["value"] if isinstance(found, dict) else found
    raise AssertionError(f"{topic} is not in {str(entries)[:300]}")
