"""Transactions of ../CONTRACT.md by confluent-kafka."""

import time

from confluent_kafka import Consumer, KafkaException, Producer, TopicPartition

PATIENCE_S = 30


class Transactions:
    """Transactional producers by the names that the runner gave them."""

    def __init__(self, quiet):
        self.quiet = quiet
        self.producers = {}

    def producer(self, request):
        return Producer(
            {
                **self.quiet,
                "transactional.id": request["transactionalId"],
                "transaction.timeout.ms": request.get("timeoutMs", 60_000),
                "linger.ms": 0,
            }
        )

    def consumer(self, group, isolation):
        return Consumer(
            {
                **self.quiet,
                "group.id": group,
                "isolation.level": isolation,
                "auto.offset.reset": "earliest",
                "enable.auto.commit": False,
                "fetch.wait.max.ms": 50,
                "session.timeout.ms": 6000,
                "heartbeat.interval.ms": 1000,
            }
        )

    def transaction(self, request):
        name, what = request["producer"], request["what"]
        if what == "open":
            self.producers[name] = producer = self.producer(request)
            producer.init_transactions(PATIENCE_S)
            return {}
        producer = self.producers[name]
        if what == "begin":
            producer.begin_transaction()
        elif what == "send":
            send(producer, [(topic, partition, str(value).encode(), *key) for topic, partition, value, *key in request["to"]])
        elif what == "offsets":
            reader = self.consumer(request["group"], "read_committed")
            offset = TopicPartition(request["topic"], 0, request["offset"])
            producer.send_offsets_to_transaction([offset], reader.consumer_group_metadata(), PATIENCE_S)
            reader.close()
        elif what == "commit":
            producer.commit_transaction(PATIENCE_S)
        elif what == "abort":
            producer.abort_transaction(PATIENCE_S)
        elif what == "close":
            self.producers.pop(name)
        return {}

    def read_isolated(self, request):
        """Until `count` came, and then for as long as `silenceMs`."""
        values = [[] for _ in range(request["partitions"])]
        reader = self.consumer("never-joined", request["isolation"])
        reader.assign([TopicPartition(request["topic"], partition, 0) for partition in range(request["partitions"])])
        left, silence_s = request["count"], request["silenceMs"] / 1000
        until = time.monotonic() + (20 if left > 0 else silence_s)
        while time.monotonic() < until:
            for message in reader.consume(100, timeout=0.05):
                if message.error() is not None:
                    raise KafkaException(message.error())
                values[message.partition()].append(int(message.value()))
                left -= 1
                if left == 0:
                    until = time.monotonic() + silence_s
        reader.close()
        return {"values": values}

    def copy(self, request):
        """Record by record in transactions with the offsets; each third is aborted and done again."""
        producer = self.producer(request)
        reader = self.consumer(request["group"], "read_committed")
        producer.init_transactions(PATIENCE_S)
        reader.subscribe([request["topic"]])
        left, rounds, aborted = request["count"], 0, 0
        while left > 0:
            messages = reader.consume(20, timeout=0.1)
            if not messages:
                continue
            for message in messages:
                if message.error() is not None:
                    raise KafkaException(message.error())
            firsts = {}
            for message in messages:
                firsts.setdefault(message.partition(), message.offset())
            producer.begin_transaction()
            send(producer, [(request["into"], message.partition(), message.value()) for message in messages])
            positions = reader.position(reader.assignment())
            producer.send_offsets_to_transaction(positions, reader.consumer_group_metadata(), PATIENCE_S)
            if rounds % 3 == 1:
                producer.abort_transaction(PATIENCE_S)
                for partition, offset in firsts.items():
                    reader.seek(TopicPartition(request["topic"], partition, offset))
                aborted += 1
            else:
                producer.commit_transaction(PATIENCE_S)
                left -= len(messages)
            rounds += 1
        reader.close()
        return {"aborted": aborted}


def send(producer, records):
    errors = []

    def delivered(error, _):
        if error is not None:
            errors.append(error)

    for topic, partition, value, *key in records:
        producer.produce(topic, value, *key, partition=partition, on_delivery=delivered)
    if producer.flush(PATIENCE_S) > 0:
        raise TimeoutError("not all records were delivered in time")
    if errors:
        raise KafkaException(errors[0])
