"""Members of share groups by confluent-kafka, which has neither a record limit nor renewed locks."""

import threading
import time

import contract
from confluent_kafka import AcknowledgeType, KafkaException, ShareConsumer

COMMIT_TIMEOUT_S = 15.0


def share_consumer(quiet, group, **settings):
    return ShareConsumer({**quiet, "group.id": group, "reconnect.backoff.max.ms": 200, **settings})


def fate_of(message):
    if message.offset() % 50 == 7:
        return AcknowledgeType.REJECT
    is_let_go = message.offset() % 10 == 3 and message.delivery_count() == 1
    return AcknowledgeType.RELEASE if is_let_go else AcknowledgeType.ACCEPT


def place_of(message):
    return f"{message.partition()}-{message.offset()}"


class ShareMember:
    """Works in a thread of its own until it is to leave."""

    def __init__(self, quiet, name, wanted, fault_of):
        self.name = name
        self.wanted = wanted
        self.fault_of = fault_of
        self.leaving = threading.Event()
        settings = {"share.acknowledgement.mode": "explicit", "max.poll.records": wanted["batch"]}
        self.consumer = share_consumer(quiet, wanted["group"], **settings)
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            self.consumer.subscribe([self.wanted["topic"]])
            while not self.leaving.is_set():
                self.take_some()
        except Exception as error:
            self.note("failed", self.fault_of(error))
        finally:
            self.consumer.close()

    def take_some(self):
        taken = []
        for message in self.consumer.poll(0.2):
            if message.error() is None:
                taken.append(message)
            else:
                self.note("failed", self.fault_of(KafkaException(message.error())))
        if not taken:
            return
        self.note("took", [[place_of(message), message.delivery_count()] for message in taken])
        time.sleep(self.wanted["pauseMs"] / 1000)
        for message in taken:
            self.consumer.acknowledge(message, fate_of(message))
        codes = self.commit()
        self.note(
            "acked",
            [[place_of(one), fate_of(one).name.lower(), codes.get(one.partition(), -1)] for one in taken],
        )

    def commit(self):
        """What the broker said, by partition."""
        try:
            outcome = self.consumer.commit_sync(COMMIT_TIMEOUT_S)
        except KafkaException as error:
            self.note("failed", self.fault_of(error))
            return {}
        return {
            one.partition: 0 if error is None else self.fault_of(error)["code"] for one, error in outcome.items()
        }

    def note(self, what, which):
        contract.write({"share": {"member": self.name, "atMs": int(time.time() * 1000), what: which}})


class ShareWorkers:
    """The workers of this program, each a number of members, by the names that the runner gave them."""

    def __init__(self, quiet, fault_of):
        self.quiet = quiet
        self.fault_of = fault_of
        self.workers = {}

    def work(self, request):
        name = request["worker"]
        self.workers[name] = [
            ShareMember(self.quiet, f"{name}/{index}", request, self.fault_of) for index in range(request["members"])
        ]
        return {}

    def stop(self, request):
        members = self.workers.pop(request["worker"])
        for member in members:
            member.leaving.set()
        for member in members:
            member.thread.join()
        return {}
