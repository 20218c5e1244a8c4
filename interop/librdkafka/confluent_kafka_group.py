"""Members of groups by confluent-kafka, and its AdminClient on groups."""

import contract
from confluent_kafka import Consumer, ConsumerGroupState, ConsumerGroupTopicPartitions, ConsumerGroupType, KafkaException
from confluent_kafka import TopicPartition
from confluent_kafka.admin import AdminClient


class Member(contract.MemberThread):
    def __init__(self, quiet, wanted, fault_of):
        self.settings = {
            **quiet,
            "group.id": wanted["group"],
            "auto.offset.reset": wanted.get("reset", "earliest"),
            "enable.auto.commit": wanted.get("commit") == "auto",
            "auto.commit.interval.ms": 500,
            "fetch.wait.max.ms": 100,
            "topic.metadata.refresh.interval.ms": 2000,
            "reconnect.backoff.max.ms": 1000,
            "error_cb": self.on_error,
            "on_commit": self.on_commit,
        }
        if "instanceId" in wanted:
            self.settings["group.instance.id"] = wanted["instanceId"]
        if wanted["protocol"] == "consumer":
            self.settings["group.protocol"] = "consumer"
            if "assignor" in wanted:
                self.settings["group.remote.assignor"] = wanted["assignor"]
        else:
            self.settings["heartbeat.interval.ms"] = 500
            self.settings["session.timeout.ms"] = wanted.get("sessionTimeoutMs", 10_000)
            self.settings["partition.assignment.strategy"] = wanted.get("assignor", "range")
        self.consumer = None
        super().__init__(wanted, fault_of)

    def on_error(self, error):
        if error.fatal():
            self.failed(self.fault_of(KafkaException(error)))

    def on_commit(self, error, partitions):
        if error is not None:
            self.failed(self.fault_of(KafkaException(error)))
        for one in partitions:
            if one.error is not None:
                self.failed(self.fault_of(KafkaException(one.error)))
            elif error is None and one.offset >= 0:
                self.note("committed", contract.place(one.topic, one.partition), one.offset)

    def open(self):
        self.consumer = Consumer(self.settings)
        self.consumer.subscribe(
            self.wanted["topics"],
            on_assign=lambda _, partitions: self.moved("assigned", contract.places_of(partitions)),
            on_revoke=lambda _, partitions: self.moved("revoked", contract.places_of(partitions)),
            on_lost=lambda _, partitions: self.moved("lost", contract.places_of(partitions)),
        )

    def step(self):
        positions = {}
        for message in self.consumer.consume(500, timeout=0.1):
            if message.error() is not None:
                self.failed(self.fault_of(KafkaException(message.error())))
                if message.error().fatal():
                    raise KafkaException(message.error())
                continue
            where = contract.place(message.topic(), message.partition())
            self.note("took", where, message.offset(), int(message.value()))
            positions[where] = TopicPartition(
                message.topic(),
                message.partition(),
                message.offset() + 1,
                metadata=self.wanted.get("metadata", ""),
                leader_epoch=message.leader_epoch(),
            )
        if positions:
            self.commit_all(list(positions.values()))

    def commit_all(self, offsets):
        how = self.wanted.get("commit", "sync")
        if how == "async":
            self.consumer.commit(offsets=offsets, asynchronous=True)
        elif how == "sync":
            try:
                # What became of it is told to on_commit too, but later.
                for one in self.consumer.commit(offsets=offsets, asynchronous=False):
                    if one.error is None:
                        self.note("committed", contract.place(one.topic, one.partition), one.offset)
            except KafkaException as error:
                self.failed(self.fault_of(error))

    def shut(self):
        if self.consumer is not None:
            self.consumer.close()

    def pause(self, _):
        self.consumer.pause(self.consumer.assignment())

    def resume(self, _):
        self.consumer.resume(self.consumer.assignment())

    def seek(self, request):
        self.note("sought", contract.place(request["topic"], request["partition"]), request["offset"])
        self.consumer.seek(TopicPartition(request["topic"], request["partition"], request["offset"]))

    def commit(self, request):
        offset = TopicPartition(
            request["topic"], request["partition"], request["offset"], metadata=request.get("metadata", "")
        )
        self.consumer.commit(offsets=[offset], asynchronous=False)


def committed(quiet, request):
    consumer = Consumer({**quiet, "group.id": request["group"]})
    asked = [TopicPartition(request["topic"], partition) for partition in range(request["partitions"])]
    found = consumer.committed(asked, timeout=30)
    consumer.close()
    return {
        "offsets": [one.offset if one.offset >= 0 else -1 for one in found],
        # librdkafka sends the text's closing NUL along.
        "metadata": [(one.metadata or "").rstrip("\0") for one in found],
    }


def provoke(quiet, request):
    kind, group = request["kind"], request["group"]
    if kind == "deleteGroup":
        client = AdminClient(quiet)
        client.delete_consumer_groups([group])[group].result(30)
        return
    metadata = "x" * 5000 if kind == "longMetadata" else ""
    consumer = Consumer({**quiet, "group.id": group, "enable.auto.commit": False})
    consumer.assign([TopicPartition(request["topic"], 0, 0)])
    offset = TopicPartition(request["topic"], 0, 1, metadata=metadata)
    try:
        for one in consumer.commit(offsets=[offset], asynchronous=False):
            if one.error is not None:
                raise KafkaException(one.error)
    finally:
        consumer.close()


def group_admin_checks(quiet, request):
    """The runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`."""
    checks = contract.Checks()
    client = AdminClient(quiet)
    classic, consumer, empty = request["classic"], request.get("consumer"), request["empty"]

    def listed(**filters):
        return {group.group_id: group for group in client.list_consumer_groups(**filters).result(30).valid}

    def listing():
        found = listed()
        contract.expect("classic", (found[classic].state, found[classic].type), (ConsumerGroupState.STABLE, ConsumerGroupType.CLASSIC))
        contract.expect("consumer", (found[consumer].state, found[consumer].type), (ConsumerGroupState.STABLE, ConsumerGroupType.CONSUMER))
        contract.expect("empty", found[empty].state, ConsumerGroupState.EMPTY)

    def filtering():
        found = listed(states={ConsumerGroupState.EMPTY})
        contract.expect("by state", (empty in found, classic in found), (True, False))
        found = listed(types={ConsumerGroupType.CONSUMER})
        contract.expect("by type", (consumer in found, classic in found), (True, False))

    def described(group):
        return client.describe_consumer_groups([group], include_authorized_operations=True)[group].result(30)

    def describing():
        group = described(classic)
        contract.expect("state", group.state, ConsumerGroupState.STABLE)
        contract.expect("assignor", group.partition_assignor, "range")
        contract.expect("members", len(group.members), 1)
        contract.expect("partitions", len(group.members[0].assignment.topic_partitions), request["partitions"])
        contract.expect("operations", len(group.authorized_operations), 5)

    def describing_consumer():
        group = described(consumer)
        contract.expect("state", group.state, ConsumerGroupState.STABLE)
        contract.expect("type", group.type, ConsumerGroupType.CONSUMER)
        contract.expect("assignor", group.partition_assignor, "uniform")
        contract.expect("partitions", len(group.members[0].assignment.topic_partitions), request["partitions"])
        contract.expect("target", len(group.members[0].target_assignment.topic_partitions), request["partitions"])

    def altering():
        offset = TopicPartition(request["topic"], 1, 9)
        asked = ConsumerGroupTopicPartitions(empty, [offset])
        altered = client.alter_consumer_group_offsets([asked])[empty].result(30)
        contract.expect("error", altered.topic_partitions[0].error, None)
        found = client.list_consumer_group_offsets([ConsumerGroupTopicPartitions(empty)])[empty].result(30)
        offsets = {(one.topic, one.partition): one.offset for one in found.topic_partitions}
        contract.expect("committed", offsets[request["topic"], 1], 9)

    def altering_live():
        asked = ConsumerGroupTopicPartitions(classic, [TopicPartition(request["topic"], 0, 9)])
        altered = client.alter_consumer_group_offsets([asked])[classic].result(30)
        contract.expect("error", altered.topic_partitions[0].error.name(), "UNKNOWN_MEMBER_ID")

    def deleting():
        for group, name in ((classic, "NON_EMPTY_GROUP"), ("no-such-group", "GROUP_ID_NOT_FOUND")):
            try:
                client.delete_consumer_groups([group])[group].result(30)
            except KafkaException as error:
                contract.expect(f"deleting {group}", error.args[0].name(), name)
            else:
                raise AssertionError(f"{group} was deleted")
        client.delete_consumer_groups([empty])[empty].result(30)

    checks.run("list_consumer_groups", listing)
    checks.run("list_consumer_groups by state and by type", filtering)
    checks.run("describe_consumer_groups, classic", describing)
    checks.run("describe_consumer_groups, consumer", describing_consumer)
    checks.run("alter_consumer_group_offsets and list_consumer_group_offsets", altering)
    checks.run("alter_consumer_group_offsets of a live group", altering_live)
    checks.run("delete_consumer_groups", deleting)
    return checks.rows
