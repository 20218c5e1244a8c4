"""../CONTRACT.md spoken by aiokafka."""

import asyncio
import logging
import sys
import time

import aiokafka_group
import aiokafka_transactions
import contract
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import NewTopic
from aiokafka.errors import for_code
from aiokafka_admin import admin_checks, opened_admin

logging.disable(logging.CRITICAL)
BOOTSTRAP = sys.argv[1]
SILENCE_MAX_S = 50


def new_producer(codec="none", **options):
    defaults = {
        "bootstrap_servers": BOOTSTRAP,
        "compression_type": None if codec == "none" else codec,
        "linger_ms": 5,
        "max_batch_size": 400_000,
        "enable_idempotence": True,
    }
    return AIOKafkaProducer(**{**defaults, **options})


def new_consumer():
    return AIOKafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="none", enable_auto_commit=False)


async def hello(_):
    return {"codecs": ["none", "gzip", "snappy", "lz4", "zstd"], "can": ["timestamps", "header-bytes", "admin", "groups", "transactions"]}


async def write(request):
    offsets = []
    async with new_producer(request["codec"]) as producer:
        for batch in request["batches"]:
            futures = [
                await producer.send(
                    request["topic"],
                    partition=request["partition"],
                    key=contract.bytes_of(record["key"]),
                    value=contract.bytes_of(record["value"]),
                    headers=[(name, contract.bytes_of(value)) for name, value in record["headers"]],
                    timestamp_ms=record["timestamp"],
                )
                for record in batch
                if contract.is_writable(record)
            ]
            offsets += contract.places(batch, [(await future).offset for future in futures])
    return {"offsets": offsets}


async def fetch(consumer, see):
    """Hands records to see until it returns False."""
    until = time.monotonic() + SILENCE_MAX_S
    while time.monotonic() < until:
        for records in (await consumer.getmany(timeout_ms=500)).values():
            for record in records:
                until = time.monotonic() + SILENCE_MAX_S
                if not see(record):
                    return
    raise TimeoutError(f"no further record came within {SILENCE_MAX_S} s")


async def read(request):
    partition = TopicPartition(request["topic"], request["partition"])
    records = []

    def see(record):
        records.append(contract.seen(record.offset, record.timestamp, record.key, record.value, record.headers))
        return len(records) < request["count"]

    async with new_consumer() as consumer:
        consumer.assign([partition])
        place = request["from"]
        if "offset" in place:
            consumer.seek(partition, place["offset"])
        else:
            found = await consumer.offsets_for_times({partition: place["time"]})
            consumer.seek(partition, found[partition].offset)
        await fetch(consumer, see)
    return {"records": records}


async def offsets(request):
    partition = TopicPartition(request["topic"], request["partition"])
    by_time = []
    async with new_consumer() as consumer:
        for at in request["times"]:
            found = (await consumer.offsets_for_times({partition: at}))[partition]
            by_time.append(-1 if found is None else found.offset)
        earliest = (await consumer.beginning_offsets([partition]))[partition]
        latest = (await consumer.end_offsets([partition]))[partition]
    return {"earliest": earliest, "latest": latest, "byTime": by_time}


async def flood(request):
    async with new_producer(request["codec"]) as producer:
        futures = [
            await producer.send(request["topic"], partition=i % request["partitions"], value=str(i).encode())
            for i in range(request.get("first", 0), request.get("first", 0) + request["count"])
        ]
        await asyncio.gather(*futures)
    return {}


async def drain(request):
    partitions = [TopicPartition(request["topic"], partition) for partition in range(request["partitions"])]
    values = [[] for _ in partitions]
    left = request["count"]

    def see(record):
        nonlocal left
        values[record.partition].append(int(record.value))
        left -= 1
        return left > 0

    async with new_consumer() as consumer:
        consumer.assign(partitions)
        await consumer.seek_to_beginning(*partitions)
        await fetch(consumer, see)
    return {"values": values}


async def stream(request):
    acked = 0

    def count(_):
        nonlocal acked
        acked += 1
        if acked % request["chunk"] == 0:
            contract.progress(acked)

    async with new_producer(request_timeout_ms=120_000) as producer:
        futures = []
        for i in range(request["count"]):
            future = await producer.send(request["topic"], partition=i % request.get("partitions", 1), value=str(i).encode())
            future.add_done_callback(count)
            futures.append(future)
            if (i + 1) % request["chunk"] == 0:
                await asyncio.sleep(request["pauseMs"] / 1000)
        await asyncio.gather(*futures)
    return {"acked": acked}


def fault_of(error):
    return {"type": type(error).__name__, "code": getattr(error, "errno", None) or -1, "message": str(error)}


async def provoke(request):
    try:
        if "group" in request:
            await aiokafka_group.provoke(BOOTSTRAP, request)
        else:
            await provocation(request["kind"], request["topic"])
    except Exception as error:
        return fault_of(error)
    raise contract.NothingWentWrong


async def provocation(kind, topic):
    if kind in ("unknownTopic", "tooLarge", "badPartition"):
        partition = 99 if kind == "badPartition" else 0
        size = 50_000 if kind == "tooLarge" else 1
        async with new_producer(request_timeout_ms=3000) as producer:
            await producer.send_and_wait(topic, partition=partition, value=bytes(size))
    elif kind == "outOfRange":
        partition = TopicPartition(topic, 0)
        async with new_consumer() as consumer:
            consumer.assign([partition])
            consumer.seek(partition, 1_000_000)
            await fetch(consumer, lambda record: False)
    else:
        partitions, replicas, configs = contract.wrong_topic(kind)
        async with opened_admin(BOOTSTRAP) as admin:
            answer = await admin.create_topics([NewTopic(topic, partitions, replicas, topic_configs=configs)])
            # aiokafka hands the answer out as it came.
            _, code, message = answer.topic_errors[0]
            if code != 0:
                raise for_code(code)(message)


async def admin(request):
    return {"checks": await admin_checks(BOOTSTRAP, request["topic"])}


async def committed(request):
    async with opened_admin(BOOTSTRAP) as client:
        return await aiokafka_group.committed(client, request)


async def group_admin(request):
    async with opened_admin(BOOTSTRAP) as client:
        return {"checks": await aiokafka_group.group_admin_checks(client, request)}


transactions = aiokafka_transactions.Transactions(BOOTSTRAP)
OPS = {
    "hello": hello,
    "write": write,
    "read": read,
    "offsets": offsets,
    "flood": flood,
    "drain": drain,
    "stream": stream,
    "provoke": provoke,
    "admin": admin,
    **aiokafka_group.member_ops(BOOTSTRAP, fault_of),
    "transaction": transactions.transaction,
    "readIsolated": transactions.read_isolated,
    "copy": transactions.copy,
    "committed": committed,
    "groupAdmin": group_admin,
}


async def main():
    requests = contract.requests()
    # Members of groups work on while stdin is read.
    while (request := await asyncio.to_thread(next, requests, None)) is not None:
        try:
            contract.write({"ok": await OPS[request["op"]](request)})
        except Exception as failure:
            contract.write({"error": fault_of(failure)})


asyncio.run(main())
