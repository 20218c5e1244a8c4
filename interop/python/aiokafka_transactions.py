"""Transactions of CONTRACT.md by aiokafka."""

import asyncio
import time

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition


class Transactions:
    """Transactional producers by the names that the runner gave them."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producers = {}

    async def producer(self, request):
        producer = AIOKafkaProducer(
            bootstrap_servers=self.bootstrap,
            transactional_id=request["transactionalId"],
            transaction_timeout_ms=request.get("timeoutMs", 60_000),
        )
        await producer.start()
        return producer

    def consumer(self, group, isolation):
        return AIOKafkaConsumer(
            bootstrap_servers=self.bootstrap,
            group_id=group,
            isolation_level=isolation,
            auto_offset_reset="earliest",
            enable_auto_commit=False,
            max_poll_records=20,
            session_timeout_ms=6_000,
            heartbeat_interval_ms=1_000,
            fetch_max_wait_ms=50,
        )

    async def transaction(self, request):
        name, what = request["producer"], request["what"]
        if what == "open":
            self.producers[name] = await self.producer(request)
            return {}
        producer = self.producers[name]
        if what == "begin":
            await producer.begin_transaction()
        elif what == "send":
            await send(producer, [(topic, partition, str(value).encode(), *key) for topic, partition, value, *key in request["to"]])
        elif what == "offsets":
            place = TopicPartition(request["topic"], 0)
            await producer.send_offsets_to_transaction({place: request["offset"]}, request["group"])
        elif what == "commit":
            await producer.commit_transaction()
        elif what == "abort":
            await producer.abort_transaction()
        elif what == "close":
            await self.producers.pop(name).stop()
        return {}

    async def read_isolated(self, request):
        """Until `count` came, and then for as long as `silenceMs`."""
        values = [[] for _ in range(request["partitions"])]
        partitions = [TopicPartition(request["topic"], partition) for partition in range(request["partitions"])]
        left, silence_s = request["count"], request["silenceMs"] / 1000
        async with self.consumer(None, request["isolation"]) as reader:
            reader.assign(partitions)
            await reader.seek_to_beginning(*partitions)
            until = time.monotonic() + (20 if left > 0 else silence_s)
            while time.monotonic() < until:
                for records in (await reader.getmany(timeout_ms=50)).values():
                    for record in records:
                        values[record.partition].append(int(record.value))
                        left -= 1
                        if left == 0:
                            until = time.monotonic() + silence_s
        return {"values": values}

    async def copy(self, request):
        """Record by record in transactions with the offsets; each third is aborted and done again."""
        producer = await self.producer(request)
        left, rounds, aborted = request["count"], 0, 0
        async with self.consumer(request["group"], "read_committed") as reader:
            reader.subscribe([request["topic"]])
            while left > 0:
                polled = await reader.getmany(timeout_ms=100)
                if not polled:
                    continue
                await producer.begin_transaction()
                records = [record for some in polled.values() for record in some]
                await send(producer, [(request["into"], record.partition, record.value) for record in records])
                offsets = {place: some[-1].offset + 1 for place, some in polled.items()}
                await producer.send_offsets_to_transaction(offsets, request["group"])
                if rounds % 3 == 1:
                    await producer.abort_transaction()
                    for place, some in polled.items():
                        reader.seek(place, some[0].offset)
                    aborted += 1
                else:
                    await producer.commit_transaction()
                    left -= len(records)
                rounds += 1
        await producer.stop()
        return {"aborted": aborted}


async def send(producer, records):
    futures = [
        await producer.send(topic, value, *(text.encode() for text in key), partition=partition)
        for topic, partition, value, *key in records
    ]
    await asyncio.gather(*futures)
