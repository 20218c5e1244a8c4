"""Members of groups by aiokafka, and its admin client on groups."""

import asyncio

import contract
from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.coordinator.assignors.roundrobin import RoundRobinPartitionAssignor
from aiokafka.coordinator.assignors.sticky.sticky_assignor import StickyPartitionAssignor
from aiokafka.errors import KafkaError

ASSIGNORS = {
    "range": RangePartitionAssignor,
    "roundrobin": RoundRobinPartitionAssignor,
    "sticky": StickyPartitionAssignor,
}


class Member(contract.Notes, ConsumerRebalanceListener):
    """Works in a task of its own."""

    def __init__(self, bootstrap, wanted, fault_of):
        super().__init__()
        self.wanted = wanted
        self.fault_of = fault_of
        self.leaving = False
        self.consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, **contract.member_settings(wanted, ASSIGNORS))
        self.task = asyncio.create_task(self.run())

    async def on_partitions_assigned(self, assigned):
        self.moved("assigned", contract.places_of(assigned))

    async def on_partitions_revoked(self, revoked):
        self.moved("revoked", contract.places_of(revoked))

    async def run(self):
        try:
            self.consumer.subscribe(self.wanted["topics"], listener=self)
            await self.consumer.start()
            while not self.leaving:
                await self.step()
        except Exception as error:
            self.fault = self.fault_of(error)
        finally:
            try:
                await self.consumer.stop()
            except Exception as error:
                self.failed(self.fault_of(error))
            self.moved("revoked", list(self.assigned))

    async def step(self):
        offsets = {}
        for partition, records in (await self.consumer.getmany(timeout_ms=100)).items():
            for record in records:
                self.note("took", contract.place(record.topic, record.partition), record.offset, int(record.value))
            offsets[partition] = (records[-1].offset + 1, self.wanted.get("metadata", ""))
        how = self.wanted.get("commit", "sync")
        if not offsets or how not in ("sync", "async"):
            return
        if how == "sync":
            await self.commit_all(offsets)
        else:
            asyncio.create_task(self.commit_all(offsets))

    async def commit_all(self, offsets):
        try:
            await self.consumer.commit(offsets)
        except KafkaError as error:
            self.failed(self.fault_of(error))
            return
        for partition, (offset, _) in offsets.items():
            self.note("committed", contract.place(partition.topic, partition.partition), offset)

    async def tell(self, request):
        what = request["what"]
        if what == "pause":
            self.consumer.pause(*self.consumer.assignment())
        elif what == "resume":
            self.consumer.resume(*self.consumer.paused())
        elif what == "seek":
            self.note("sought", contract.place(request["topic"], request["partition"]), request["offset"])
            self.consumer.seek(TopicPartition(request["topic"], request["partition"]), request["offset"])
        elif what == "commit":
            partition = TopicPartition(request["topic"], request["partition"])
            await self.consumer.commit({partition: (request["offset"], request.get("metadata", ""))})
        else:
            raise ValueError(f"no such thing to tell: {what}")
        return {}

    async def leave(self):
        self.leaving = True
        await self.task
        return self.look()


def member_ops(bootstrap, fault_of):
    members = {}

    async def join(request):
        members[request["member"]] = Member(bootstrap, request, fault_of)
        return {}

    async def look(request):
        return members[request["member"]].look()

    async def tell(request):
        return await members[request["member"]].tell(request)

    async def leave(request):
        return await members.pop(request["member"]).leave()

    return {"join": join, "look": look, "tell": tell, "leave": leave}


async def committed(admin, request):
    asked = [TopicPartition(request["topic"], partition) for partition in range(request["partitions"])]
    found = await admin.list_consumer_group_offsets(request["group"], partitions=asked)
    return {
        "offsets": [found[partition].offset for partition in asked],
        "metadata": [found[partition].metadata for partition in asked],
    }


async def provoke(bootstrap, request):
    partition = TopicPartition(request["topic"], 0)
    metadata = "x" * 5000 if request["kind"] == "longMetadata" else ""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, group_id=request["group"], enable_auto_commit=False)
    await consumer.start()
    consumer.assign([partition])
    try:
        await asyncio.wait_for(consumer.commit({partition: (1, metadata)}), 10)
    finally:
        await consumer.stop()


async def group_admin_checks(admin, request):
    """The runner keeps a member in each of `classic` and `consumer`, and nobody in `empty`."""
    checks = contract.Checks()
    classic, consumer, empty = request["classic"], request.get("consumer"), request["empty"]

    async def listing():
        found = dict(tuple(one)[:2] for one in await admin.list_consumer_groups())
        contract.expect("classic", found[classic], "consumer")
        contract.expect("consumer", found[consumer], "consumer")
        contract.expect("empty", empty in found, True)

    async def describing():
        (described,) = await admin.describe_consumer_groups([classic])
        group = described.groups[0]
        contract.expect("error", group[0], 0)
        contract.expect("state, protocol type and assignor", tuple(group[2:5]), ("Stable", "consumer", "range"))
        contract.expect("members", len(group[5]), 1)

    async def offsets():
        found = await admin.list_consumer_group_offsets(classic)
        contract.expect("partitions", len(found), request["partitions"])

    await checks.run_async("list_consumer_groups", listing)
    await checks.run_async("describe_consumer_groups", describing)
    await checks.run_async("list_consumer_group_offsets", offsets)
    return checks.rows
