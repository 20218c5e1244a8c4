"""Members of groups by kafka-python, and its admin client on groups."""

import contract
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient
from kafka.consumer.subscription_state import ConsumerRebalanceListener
from kafka.coordinator.assignors.cooperative_sticky import CooperativeStickyAssignor
from kafka.coordinator.assignors.range import RangePartitionAssignor
from kafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from kafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from kafka.errors import KafkaError
from kafka.structs import OffsetAndMetadata

ASSIGNORS = {
    "range": RangePartitionAssignor,
    "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor,
    "cooperative-sticky": CooperativeStickyAssignor,
}


class Member(contract.MemberThread, ConsumerRebalanceListener):
    def __init__(self, bootstrap, wanted, fault_of):
        self.bootstrap = bootstrap
        self.consumer = None
        super().__init__(wanted, fault_of)

    def open(self):
        settings = contract.member_settings(self.wanted, ASSIGNORS)
        self.consumer = KafkaConsumer(bootstrap_servers=self.bootstrap, reconnect_backoff_max_ms=1000, **settings)
        self.consumer.subscribe(self.wanted["topics"], listener=self)

    def on_partitions_assigned(self, assigned):
        self.moved("assigned", contract.places_of(assigned))

    def on_partitions_revoked(self, revoked):
        self.moved("revoked", contract.places_of(revoked))

    def on_partitions_lost(self, lost):
        self.moved("lost", contract.places_of(lost))

    def step(self):
        offsets = {}
        try:
            fetched = self.consumer.poll(timeout_ms=100)
        except KafkaError as error:
            self.failed(self.fault_of(error))
            if not getattr(error, "retriable", False):
                raise
            return
        for partition, records in fetched.items():
            for record in records:
                self.note("took", contract.place(record.topic, record.partition), record.offset, int(record.value))
            epoch = records[-1].leader_epoch
            offsets[partition] = OffsetAndMetadata(records[-1].offset + 1, self.wanted.get("metadata", ""), epoch)
        if not offsets:
            return
        how = self.wanted.get("commit", "sync")
        if how == "async":
            self.consumer.commit_async(offsets, callback=self.on_commit)
        elif how == "sync":
            try:
                self.consumer.commit(offsets)
                self.on_commit(offsets, None)
            except KafkaError as error:
                self.failed(self.fault_of(error))

    def on_commit(self, offsets, outcome):
        if isinstance(outcome, Exception):
            self.failed(self.fault_of(outcome))
            return
        for partition, offset in offsets.items():
            self.note("committed", contract.place(partition.topic, partition.partition), offset.offset)

    def shut(self):
        if self.consumer is not None:
            self.consumer.close(autocommit=self.wanted.get("commit") == "auto")

    def pause(self, _):
        self.consumer.pause(*self.consumer.assignment())

    def resume(self, _):
        self.consumer.resume(*self.consumer.paused())

    def seek(self, request):
        self.note("sought", contract.place(request["topic"], request["partition"]), request["offset"])
        self.consumer.seek(TopicPartition(request["topic"], request["partition"]), request["offset"])

    def commit(self, request):
        partition = TopicPartition(request["topic"], request["partition"])
        self.consumer.commit({partition: OffsetAndMetadata(request["offset"], request.get("metadata", ""), -1)})


def committed(bootstrap, request):
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=request["group"], enable_auto_commit=False)
    found = [
        consumer.committed(TopicPartition(request["topic"], partition), metadata=True)
        for partition in range(request["partitions"])
    ]
    consumer.close()
    return {
        "offsets": [-1 if one is None else one.offset for one in found],
        "metadata": ["" if one is None else one.metadata for one in found],
    }


def provoke(bootstrap, request):
    kind, group = request["kind"], request["group"]
    if kind == "deleteGroup":
        admin = KafkaAdminClient(bootstrap_servers=bootstrap)
        said = admin.delete_groups([group])[group]
        admin.close()
        # It tells of a failure by the name of its error.
        raise contract.NothingWentWrong if said == "OK" else RuntimeError(said)
    partition = TopicPartition(request["topic"], 0)
    metadata = "x" * 5000 if kind == "longMetadata" else ""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap, group_id=group, enable_auto_commit=False)
    consumer.assign([partition])
    try:
        consumer.commit({partition: OffsetAndMetadata(1, metadata, -1)}, timeout_ms=5000)
    finally:
        consumer.close(autocommit=False)


def group_admin_checks(bootstrap, request):
    """The runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`."""
    checks = contract.Checks()
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    classic, consumer, empty = request["classic"], request.get("consumer"), request["empty"]
    partition = TopicPartition(request["topic"], 1)

    def listed(**filters):
        return {group["group_id"]: group for group in admin.list_groups(**filters)}

    def listing():
        found = listed()
        contract.expect("classic", found[classic]["group_state"], "Stable")
        contract.expect("its protocol", found[classic]["protocol_type"], "consumer")
        contract.expect("its type", found[classic]["group_type"], "classic")
        contract.expect("consumer", found[consumer]["group_type"], "consumer")
        contract.expect("empty", found[empty]["group_state"], "Empty")

    def filtering():
        found = listed(states_filter=["Empty"])
        contract.expect("by state", (empty in found, classic in found), (True, False))
        found = listed(types_filter=["consumer"])
        contract.expect("by type", (consumer in found, classic in found), (True, False))

    def describing():
        group = admin.describe_groups([classic])[classic]
        contract.expect("state", group["group_state"], "Stable")
        contract.expect("assignor", group["protocol_data"], "range")
        contract.expect("members", len(group["members"]), 1)

    def altering():
        altered = admin.alter_group_offsets(empty, {partition: OffsetAndMetadata(9, "by hand", -1)})
        contract.expect("altered", altered[partition].__name__, "NoError")
        found = admin.list_group_offsets({empty: None})[empty][partition]
        contract.expect("committed", (found.offset, found.metadata), (9, "by hand"))
        deleted = admin.delete_group_offsets(empty, [partition])
        contract.expect("deleted", deleted[partition].__name__, "NoError")
        contract.expect("gone", partition in admin.list_group_offsets({empty: None})[empty], False)

    def refusing():
        altered = admin.alter_group_offsets(classic, {partition: OffsetAndMetadata(9, "", -1)})
        contract.expect("altered", altered[partition].__name__, "UnknownMemberIdError")
        deleted = admin.delete_group_offsets(classic, [partition])
        contract.expect("deleted", deleted[partition].__name__, "GroupSubscribedToTopicError")
        deleted = admin.delete_groups([classic, "no-such-group"])
        contract.expect("deleted", deleted, {classic: "NonEmptyGroupError", "no-such-group": "GroupIdNotFoundError"})

    checks.run("list_groups", listing)
    checks.run("list_groups by state and by type", filtering)
    checks.run("describe_groups", describing)
    checks.run("alter_group_offsets, list_group_offsets, delete_group_offsets", altering)
    checks.run("what a live group refuses", refusing)
    checks.run("delete_groups", lambda: contract.expect("deleted", admin.delete_groups([empty]), {empty: "OK"}))
    admin.close()
    return checks.rows
