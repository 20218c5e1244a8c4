"""Transactions of CONTRACT.md by kafka-python."""

import time

from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.structs import OffsetAndMetadata

PATIENCE_S = 30


class Transactions:
    """Transactional producers by the names that the runner gave them."""

    def __init__(self, bootstrap):
        self.bootstrap = bootstrap
        self.producers = {}

    def producer(self, request):
        producer = KafkaProducer(
            bootstrap_servers=self.bootstrap,
            transactional_id=request["transactionalId"],
            transaction_timeout_ms=request.get("timeoutMs", 60_000),
            linger_ms=0,
        )
        producer.init_transactions()
        return producer

    def consumer(self, group, isolation):
        return KafkaConsumer(
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

    def transaction(self, request):
        name, what = request["producer"], request["what"]
        if what == "open":
            self.producers[name] = self.producer(request)
            return {}
        producer = self.producers[name]
        if what == "begin":
            producer.begin_transaction()
        elif what == "send":
            send(producer, [(topic, partition, str(value).encode(), *key) for topic, partition, value, *key in request["to"]])
        elif what == "offsets":
            place = TopicPartition(request["topic"], 0)
            producer.send_offsets_to_transaction({place: OffsetAndMetadata(request["offset"], "", -1)}, request["group"])
        elif what == "commit":
            producer.commit_transaction()
        elif what == "abort":
            producer.abort_transaction()
        elif what == "close":
            self.producers.pop(name).close(timeout=0)
        return {}

    def read_isolated(self, request):
        """Until `count` came, and then for as long as `silenceMs`."""
        values = [[] for _ in range(request["partitions"])]
        partitions = [TopicPartition(request["topic"], partition) for partition in range(request["partitions"])]
        reader = self.consumer(None, request["isolation"])
        reader.assign(partitions)
        reader.seek_to_beginning(*partitions)
        left, silence_s = request["count"], request["silenceMs"] / 1000
        until = time.monotonic() + (20 if left > 0 else silence_s)
        while time.monotonic() < until:
            for records in reader.poll(timeout_ms=50).values():
                for record in records:
                    values[record.partition].append(int(record.value))
                    left -= 1
                    if left == 0:
                        until = time.monotonic() + silence_s
        reader.close()
        return {"values": values}

    def copy(self, request):
        """Record by record in transactions with the offsets; each third is aborted and done again."""
        producer = self.producer(request)
        reader = self.consumer(request["group"], "read_committed")
        reader.subscribe([request["topic"]])
        left, rounds, aborted = request["count"], 0, 0
        while left > 0:
            polled = reader.poll(timeout_ms=100)
            if not polled:
                continue
            producer.begin_transaction()
            records = [record for some in polled.values() for record in some]
            send(producer, [(request["into"], record.partition, record.value) for record in records])
            offsets = {place: OffsetAndMetadata(some[-1].offset + 1, "", -1) for place, some in polled.items()}
            producer.send_offsets_to_transaction(offsets, reader.group_metadata())
            if rounds % 3 == 1:
                producer.abort_transaction()
                for place, some in polled.items():
                    reader.seek(place, some[0].offset)
                aborted += 1
            else:
                producer.commit_transaction()
                left -= len(records)
            rounds += 1
        reader.close()
        producer.close()
        return {"aborted": aborted}


def send(producer, records):
    futures = [
        producer.send(topic, value, *(text.encode() for text in key), partition=partition)
        for topic, partition, value, *key in records
    ]
    producer.flush(timeout=PATIENCE_S)
    for future in futures:
        future.get(timeout=PATIENCE_S)
