"""The ways of confluent-kafka's share consumer, each on a topic of 90 records and a group that reads it from its beginning.
The runner sees to it that nothing is left."""

import time

import contract
from confluent_kafka import AcknowledgeType
from confluent_kafka_shares import share_consumer

PATIENCE_S = 30
RECORDS = 90


def poll(consumer, count, within_s, see=lambda message: None):
    """Polls until so many records came; the next poll accepts what was not acknowledged, where that is implicit."""
    until = time.monotonic() + within_s
    taken = 0
    while taken < count and time.monotonic() < until:
        for message in consumer.poll(0.2):
            contract.expect("error", message.error(), None)
            see(message)
            taken += 1
    return taken


def written(consumer):
    for partition, error in consumer.commit_sync(10.0).items():
        contract.expect(f"what became of {partition}", error, None)


class Scene:
    def __init__(self, quiet, topic):
        self.quiet = quiet
        self.topic = topic

    def consumer(self, **settings):
        consumer = share_consumer(self.quiet, f"{self.topic}.group", **settings)
        consumer.subscribe([self.topic])
        return consumer

    def explicit(self, **settings):
        return self.consumer(**{"share.acknowledgement.mode": "explicit", **settings})

    def take_left(self, count):
        with self.consumer() as consumer:
            contract.expect("what was left", poll(consumer, count, PATIENCE_S), count)
            written(consumer)


def implicit(scene):
    with scene.consumer() as consumer:
        times = []
        contract.expect("records", poll(consumer, RECORDS, PATIENCE_S, lambda one: times.append(one.delivery_count())), RECORDS)
        contract.expect("times", set(times), {1})
        poll(consumer, 1, 0.2)


def explicit(scene):
    fates = [AcknowledgeType.ACCEPT, AcknowledgeType.RELEASE, AcknowledgeType.REJECT]
    again = []
    with scene.explicit() as consumer:

        def see(message):
            if message.delivery_count() == 1:
                consumer.acknowledge(message, fates[message.offset() % 3])
            else:
                again.append((message.offset() % 3, message.delivery_count()))
                consumer.acknowledge_offset(message.topic(), message.partition(), message.offset())

        contract.expect("deliveries", poll(consumer, RECORDS + RECORDS // 3, PATIENCE_S, see), RECORDS + RECORDS // 3)
        written(consumer)
    contract.expect("again", again, [(1, 2)] * (RECORDS // 3))


def asynchronous(scene):
    told = {}

    def on_commit(offsets, error):
        for found in offsets.values():
            told.update({offset: error for offset in found})

    with scene.explicit() as consumer:
        consumer.set_acknowledgement_commit_callback(on_commit)

        def see(message):
            consumer.acknowledge(message)
            consumer.commit_async()

        contract.expect("records", poll(consumer, RECORDS, PATIENCE_S, see), RECORDS)
        until = time.monotonic() + PATIENCE_S
        while len(told) < RECORDS and time.monotonic() < until:
            poll(consumer, 1, 0.2)
    contract.expect("what was told", (len(told), set(told.values())), (RECORDS, {None}))


def closing(scene):
    with scene.explicit() as consumer:
        until = time.monotonic() + PATIENCE_S
        taken = []
        while not taken and time.monotonic() < until:
            taken = list(consumer.poll(0.2))
        consumer.acknowledge(taken[0])
        contract.expect("there are others", len(taken) > 1, True)
    scene.take_left(RECORDS - 1)


def members(scene):
    offsets = []
    counts = [0, 0]
    with scene.consumer(**{"max.poll.records": 10}) as one, scene.consumer(**{"max.poll.records": 10}) as other:
        until = time.monotonic() + PATIENCE_S
        while len(offsets) < RECORDS and time.monotonic() < until:
            for index, consumer in enumerate((one, other)):
                counts[index] += poll(consumer, 1, 0.2, lambda message: offsets.append(message.offset()))
        for consumer in (one, other):
            written(consumer)
    contract.expect("records", sorted(offsets), list(range(RECORDS)))
    contract.expect("both have some", min(counts) > 0, True)


def share_checks(quiet, topic):
    checks = contract.Checks()
    emptied = []
    for name, check in {
        "what is polled is accepted with the next poll": implicit,
        "accept, release, reject": explicit,
        "commits without waiting": asynchronous,
        "a closed consumer gives back what it has not accepted": closing,
        "members share a partition": members,
    }.items():
        scene = Scene(quiet, f"{topic}.{check.__name__}")
        emptied.append(scene.topic)
        checks.run(name, lambda: check(scene))
    return {"checks": checks.rows, "emptied": emptied}
