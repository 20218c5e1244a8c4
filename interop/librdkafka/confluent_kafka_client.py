"""../CONTRACT.md spoken by confluent-kafka, which is librdkafka."""

import os
import sys
import time

sys.path.insert(0, os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", "python"))

import confluent_kafka_group
import confluent_kafka_share_checks
import confluent_kafka_shares
import confluent_kafka_snapshots
import confluent_kafka_transactions
import contract
from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic
from confluent_kafka_admin import admin_checks

BOOTSTRAP = sys.argv[1]
SILENCE_MAX_S = 50
QUIET = {"bootstrap.servers": BOOTSTRAP, "log_level": 0, "error_cb": lambda error: None}


def new_producer(codec="none", **options):
    defaults = {"compression.codec": codec, "linger.ms": 20, "enable.idempotence": True, "acks": "all"}
    return Producer({**QUIET, **defaults, **options})


def new_consumer():
    # A group id is demanded, but only subscribe() joins the group.
    return Consumer(
        {
            **QUIET,
            "group.id": "never-joined",
            "auto.offset.reset": "error",
            "enable.auto.commit": False,
            "fetch.wait.max.ms": 100,
        }
    )


def hello(_):
    return {"codecs": ["none", "gzip", "snappy", "lz4", "zstd"], "can": ["timestamps", "header-bytes", "admin", "groups", "transactions", "snapshots", "shares", "share-checks"]}


class Deliveries:
    """Collects what became of records; the first error is raised by check()."""

    def __init__(self):
        self.messages = []
        self.error = None

    def __call__(self, error, message):
        if error is not None:
            self.error = self.error or error
        else:
            self.messages.append(message)

    def check(self):
        if self.error is not None:
            raise KafkaException(self.error)


def flush(producer, deliveries, timeout_s=60):
    if producer.flush(timeout_s) > 0:
        raise TimeoutError("not all records were delivered in time")
    deliveries.check()


def write(request):
    producer = new_producer(request["codec"])
    offsets = []
    for batch in request["batches"]:
        deliveries = Deliveries()
        for record in batch:
            producer.produce(
                request["topic"],
                partition=request["partition"],
                key=contract.bytes_of(record["key"]),
                value=contract.bytes_of(record["value"]),
                headers=[(name, contract.bytes_of(value)) for name, value in record["headers"]],
                timestamp=record["timestamp"],
                on_delivery=deliveries,
            )
        flush(producer, deliveries)
        offsets += [message.offset() for message in deliveries.messages]
    return {"offsets": offsets}


def fetch(consumer, see):
    """Hands messages to see until it returns False."""
    until = time.monotonic() + SILENCE_MAX_S
    while time.monotonic() < until:
        for message in consumer.consume(1000, timeout=0.1):
            if message.error() is not None:
                raise KafkaException(message.error())
            until = time.monotonic() + SILENCE_MAX_S
            if not see(message):
                return
    raise TimeoutError(f"no further record came within {SILENCE_MAX_S} s")


def read(request):
    consumer = new_consumer()
    place = request["from"]
    if "offset" in place:
        start = place["offset"]
    else:
        asked = TopicPartition(request["topic"], request["partition"], place["time"])
        start = consumer.offsets_for_times([asked], timeout=30)[0].offset
    consumer.assign([TopicPartition(request["topic"], request["partition"], start)])
    records = []

    def see(message):
        _, timestamp = message.timestamp()
        headers = message.headers() or []
        records.append(contract.seen(message.offset(), timestamp, message.key(), message.value(), headers))
        return len(records) < request["count"]

    fetch(consumer, see)
    consumer.close()
    return {"records": records}


def offsets(request):
    consumer = new_consumer()
    partition = TopicPartition(request["topic"], request["partition"])
    earliest, latest = consumer.get_watermark_offsets(partition, timeout=30)
    asked = [TopicPartition(request["topic"], request["partition"], at) for at in request["times"]]
    by_time = [consumer.offsets_for_times([one], timeout=30)[0] for one in asked]
    consumer.close()
    # Where no record is as late as that, librdkafka answers with its logical "end", -1.
    return {"earliest": earliest, "latest": latest, "byTime": [found.offset for found in by_time]}


def flood(request):
    producer = new_producer(request["codec"])
    deliveries = Deliveries()
    first = request.get("first", 0)
    for i in range(first, first + request["count"]):
        partition = i % request["partitions"]
        producer.produce(request["topic"], str(i).encode(), partition=partition, on_delivery=deliveries)
    flush(producer, deliveries)
    return {}


def drain(request):
    consumer = new_consumer()
    consumer.assign([TopicPartition(request["topic"], partition, 0) for partition in range(request["partitions"])])
    values = [[] for _ in range(request["partitions"])]
    left = request["count"]

    def see(message):
        nonlocal left
        values[message.partition()].append(int(message.value()))
        left -= 1
        return left > 0

    fetch(consumer, see)
    consumer.close()
    return {"values": values}


def stream(request):
    producer = new_producer(**{"reconnect.backoff.max.ms": 1000})
    deliveries = Deliveries()
    for i in range(request["count"]):
        producer.produce(request["topic"], str(i).encode(), partition=i % request.get("partitions", 1), on_delivery=deliveries)
        if (i + 1) % request["chunk"] == 0:
            until = time.monotonic() + request["pauseMs"] / 1000
            while (left := until - time.monotonic()) > 0:
                producer.poll(left)
            contract.progress(len(deliveries.messages))
    flush(producer, deliveries, 120)
    return {"acked": len(deliveries.messages)}


def fault_of(error):
    if isinstance(error, KafkaException):
        inner = error.args[0]
        return {"type": f"{type(error).__name__} {inner.name()}", "code": inner.code(), "message": inner.str()}
    return {"type": type(error).__name__, "code": -1, "message": str(error)}


def provoke(request):
    try:
        if "group" in request:
            confluent_kafka_group.provoke(QUIET, request)
        else:
            provocation(request["kind"], request["topic"])
    except Exception as error:
        return fault_of(error)
    raise contract.NothingWentWrong


def provocation(kind, topic):
    if kind in ("unknownTopic", "tooLarge", "badPartition"):
        producer = new_producer(**{"topic.metadata.propagation.max.ms": 1000})
        deliveries = Deliveries()
        partition = 99 if kind == "badPartition" else 0
        size = 50_000 if kind == "tooLarge" else 1
        producer.produce(topic, bytes(size), partition=partition, on_delivery=deliveries)
        flush(producer, deliveries)
    elif kind == "outOfRange":
        consumer = new_consumer()
        consumer.assign([TopicPartition(topic, 0, 1_000_000)])
        fetch(consumer, lambda message: False)
    else:
        partitions, replicas, configs = contract.wrong_topic(kind)
        new_topic = NewTopic(topic, num_partitions=partitions, replication_factor=replicas, config=configs)
        # The client must outlive the future: what is under way ends with it.
        client = AdminClient(QUIET)
        client.create_topics([new_topic])[topic].result(30)


def admin(request):
    return {"checks": admin_checks(QUIET, request["topic"])}


transactions = confluent_kafka_transactions.Transactions(QUIET)
workers = confluent_kafka_shares.ShareWorkers(QUIET, fault_of)
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
    **contract.member_ops(lambda wanted: confluent_kafka_group.Member(QUIET, wanted, fault_of)),
    "transaction": transactions.transaction,
    "readIsolated": transactions.read_isolated,
    "copy": transactions.copy,
    "snapshot": confluent_kafka_snapshots.Snapshots(QUIET).snapshot,
    "shares": lambda request: confluent_kafka_share_checks.share_checks(QUIET, request["topic"]),
    "shareWork": workers.work,
    "shareStop": workers.stop,
    "committed": lambda request: confluent_kafka_group.committed(QUIET, request),
    "groupAdmin": lambda request: {"checks": confluent_kafka_group.group_admin_checks(QUIET, request)},
}

for line in contract.requests():
    try:
        contract.write({"ok": OPS[line["op"]](line)})
    except Exception as failure:
        contract.write({"error": fault_of(failure)})
