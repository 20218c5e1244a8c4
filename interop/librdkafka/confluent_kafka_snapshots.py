"""Snapshots of ../CONTRACT.md by confluent-kafka."""

import time

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec

ISOLATIONS = {"read_committed": IsolationLevel.READ_COMMITTED, "read_uncommitted": IsolationLevel.READ_UNCOMMITTED}
PATIENCE_S = 55


def text_of(content):
    return None if content is None else content.decode()


class Reader:
    def __init__(self, quiet, request):
        self.isolation = ISOLATIONS[request["isolation"]]
        self.places = [(topic, partition) for topic, partitions in request["topics"] for partition in range(partitions)]
        # A position does not count the markers behind it; where a partition ends is told beside its records.
        self.reached = dict.fromkeys(self.places, 0)
        self.admin = AdminClient({**quiet, "reconnect.backoff.max.ms": 200})
        self.consumer = Consumer(
            {
                **quiet,
                "group.id": "never-joined",
                "isolation.level": request["isolation"],
                "auto.offset.reset": "error",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "fetch.wait.max.ms": 50,
                "reconnect.backoff.max.ms": 200,
            }
        )
        self.consumer.assign([TopicPartition(topic, partition, 0) for topic, partition in self.places])

    def ends(self):
        """Where all partitions end, by one request; asked again while the broker is away."""
        asked = {TopicPartition(topic, partition): OffsetSpec.latest() for topic, partition in self.places}
        until = time.monotonic() + PATIENCE_S
        while True:
            try:
                answers = self.admin.list_offsets(asked, isolation_level=self.isolation, request_timeout=5)
                ends = {(place.topic, place.partition): answer.result().offset for place, answer in answers.items()}
                # Without a word of an error it says -1001 where the broker went away.
                if min(ends.values()) >= 0:
                    return ends
            except KafkaException:
                pass
            if time.monotonic() > until:
                raise TimeoutError("the broker does not tell where partitions end")
            time.sleep(0.1)

    def read_to(self, ends):
        records = []
        until = time.monotonic() + PATIENCE_S
        while any(self.reached[place] < end for place, end in ends.items()):
            if time.monotonic() > until:
                raise TimeoutError(f"read up to {self.reached}, not to {ends}")
            for message in self.consumer.consume(500, timeout=0.05):
                place = (message.topic(), message.partition())
                if message.error() is None:
                    self.reached[place] = message.offset() + 1
                    records.append([*place, message.offset(), text_of(message.key()), text_of(message.value())])
                elif message.error().code() == KafkaError._PARTITION_EOF:
                    self.reached[place] = max(self.reached[place], message.offset())
                elif not message.error().retriable() and message.error().code() != KafkaError._ALL_BROKERS_DOWN:
                    raise KafkaException(message.error())
        return records


class Snapshots:
    """Readers by the names that the runner gave them."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.readers = {}

    def snapshot(self, request):
        name = request["reader"]
        if name not in self.readers:
            self.readers[name] = Reader(self.quiet, request)
        reader = self.readers[name]
        ends = reader.ends()
        return {"records": reader.read_to(ends), "ends": [[*place, end] for place, end in ends.items()]}
