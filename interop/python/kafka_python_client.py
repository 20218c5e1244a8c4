"""../CONTRACT.md spoken by kafka-python."""

import logging
import sys
import time

import contract
import kafka_python_group
import kafka_python_transactions
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka_python_admin import admin_checks

logging.disable(logging.CRITICAL)
BOOTSTRAP = sys.argv[1]
SILENCE_MAX_S = 50


def codec_of(name):
    return None if name == "none" else name


def new_producer(codec="none", **options):
    defaults = {
        "bootstrap_servers": BOOTSTRAP,
        "compression_type": codec_of(codec),
        "linger_ms": 20,
        "batch_size": 400_000,
        "acks": "all",
        "reconnect_backoff_max_ms": 1000,
    }
    return KafkaProducer(**{**defaults, **options})


def new_consumer(**options):
    return KafkaConsumer(bootstrap_servers=BOOTSTRAP, auto_offset_reset="none", **options)


def hello(_):
    return {"codecs": ["none", "gzip", "snappy", "lz4", "zstd"], "can": ["timestamps", "header-bytes", "admin", "groups", "transactions"]}


def is_writable(record):
    """It refuses header values that are null."""
    return contract.is_writable(record) and all(value is not None for _, value in record["headers"])


def write(request):
    producer = new_producer(request["codec"])
    offsets = []
    for batch in request["batches"]:
        futures = [
            producer.send(
                request["topic"],
                partition=request["partition"],
                key=contract.bytes_of(record["key"]),
                value=contract.bytes_of(record["value"]),
                headers=[(name, contract.bytes_of(value)) for name, value in record["headers"]],
                timestamp_ms=record["timestamp"],
            )
            for record in batch
            if is_writable(record)
        ]
        offsets += contract.places(batch, [future.get(timeout=30).offset for future in futures], is_writable)
    producer.close()
    return {"offsets": offsets}


def fetch(consumer, see):
    """Hands records to see until it returns False."""
    until = time.monotonic() + SILENCE_MAX_S
    while time.monotonic() < until:
        for records in consumer.poll(timeout_ms=500).values():
            for record in records:
                until = time.monotonic() + SILENCE_MAX_S
                if not see(record):
                    return
    raise TimeoutError(f"no further record came within {SILENCE_MAX_S} s")


def read(request):
    partition = TopicPartition(request["topic"], request["partition"])
    consumer = new_consumer()
    consumer.assign([partition])
    place = request["from"]
    if "offset" in place:
        consumer.seek(partition, place["offset"])
    else:
        consumer.seek(partition, consumer.offsets_for_times({partition: place["time"]})[partition].offset)
    records = []

    def see(record):
        records.append(contract.seen(record.offset, record.timestamp, record.key, record.value, record.headers))
        return len(records) < request["count"]

    fetch(consumer, see)
    consumer.close()
    return {"records": records}


def offsets(request):
    partition = TopicPartition(request["topic"], request["partition"])
    consumer = new_consumer()
    by_time = []
    for at in request["times"]:
        found = consumer.offsets_for_times({partition: at})[partition]
        by_time.append(-1 if found is None else found.offset)
    reply = {
        "earliest": consumer.beginning_offsets([partition])[partition],
        "latest": consumer.end_offsets([partition])[partition],
        "byTime": by_time,
    }
    consumer.close()
    return reply


def flood(request):
    producer = new_producer(request["codec"])
    futures = [
        producer.send(request["topic"], partition=i % request["partitions"], value=str(i).encode())
        for i in range(request.get("first", 0), request.get("first", 0) + request["count"])
    ]
    producer.flush()
    for future in futures:
        future.get(timeout=30)
    producer.close()
    return {}


def drain(request):
    partitions = [TopicPartition(request["topic"], partition) for partition in range(request["partitions"])]
    values = [[] for _ in partitions]
    consumer = new_consumer()
    consumer.assign(partitions)
    consumer.seek_to_beginning(*partitions)
    left = request["count"]

    def see(record):
        nonlocal left
        values[record.partition].append(int(record.value))
        left -= 1
        return left > 0

    fetch(consumer, see)
    consumer.close()
    return {"values": values}


def stream(request):
    producer = new_producer()
    futures = []
    acked = 0
    for i in range(request["count"]):
        partition = i % request.get("partitions", 1)
        futures.append(producer.send(request["topic"], partition=partition, value=str(i).encode()))
        if (i + 1) % request["chunk"] == 0:
            time.sleep(request["pauseMs"] / 1000)
            while acked < len(futures) and futures[acked].is_done:
                futures[acked].get()
                acked += 1
            contract.progress(acked)
    for future in futures:
        future.get(timeout=60)
    producer.close()
    return {"acked": len(futures)}


def fault_of(error):
    return {"type": type(error).__name__, "code": getattr(error, "errno", None) or -1, "message": str(error)}


def provoke(request):
    try:
        if "group" in request:
            kafka_python_group.provoke(BOOTSTRAP, request)
        else:
            provocation(request["kind"], request["topic"])
    except Exception as error:
        return fault_of(error)
    raise contract.NothingWentWrong


def provocation(kind, topic):
    if kind in ("unknownTopic", "tooLarge", "badPartition"):
        partition = 99 if kind == "badPartition" else 0
        size = 50_000 if kind == "tooLarge" else 1
        producer = new_producer(max_block_ms=3000)
        producer.send(topic, partition=partition, value=bytes(size)).get(timeout=30)
    elif kind == "outOfRange":
        partition = TopicPartition(topic, 0)
        consumer = new_consumer()
        consumer.assign([partition])
        consumer.seek(partition, 1_000_000)
        fetch(consumer, lambda record: False)
    else:
        partitions, replicas, configs = contract.wrong_topic(kind)
        admin = KafkaAdminClient(bootstrap_servers=BOOTSTRAP)
        admin.create_topics([NewTopic(topic, partitions, replicas, topic_configs=configs)])


def admin(request):
    return {"checks": admin_checks(BOOTSTRAP, request["topic"])}


transactions = kafka_python_transactions.Transactions(BOOTSTRAP)
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
    **contract.member_ops(lambda wanted: kafka_python_group.Member(BOOTSTRAP, wanted, fault_of)),
    "transaction": transactions.transaction,
    "readIsolated": transactions.read_isolated,
    "copy": transactions.copy,
    "committed": lambda request: kafka_python_group.committed(BOOTSTRAP, request),
    "groupAdmin": lambda request: {"checks": kafka_python_group.group_admin_checks(BOOTSTRAP, request)},
}

for line in contract.requests():
    try:
        contract.write({"ok": OPS[line["op"]](line)})
    except Exception as failure:
        contract.write({"error": fault_of(failure)})
