"""Where the money is: the topic `ledger` has an entry for each time that an account gained or lost something."""

import os

from confluent_kafka import Consumer, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic

BOOTSTRAP = os.environ.get("BOOTSTRAP", "localhost:9092")
LEDGER = "ledger"
# Each account has a partition of its own, so that a transfer writes to two.
ACCOUNTS = ["alice", "bob"]


def create_ledger():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    for created in admin.create_topics([NewTopic(LEDGER, len(ACCOUNTS), 1)]).values():
        try:
            created.result(30)
        except Exception as error:
            if "already exists" not in str(error):
                raise


def balances():
    """What is on each account by all that is committed now."""
    auditor = Consumer(
        {
            "bootstrap.servers": BOOTSTRAP,
            "group.id": "auditor",
            "enable.auto.commit": False,
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    try:
        partitions = [TopicPartition(LEDGER, index, 0) for index in range(len(ACCOUNTS))]
        auditor.assign(partitions)
        found = dict.fromkeys(ACCOUNTS, 0)
        ended = set()
        while len(ended) < len(partitions):
            message = auditor.poll(1.0)
            if message is None:
                continue
            if message.error():
                # The end of what is committed: the one "error" that there is nothing wrong with.
                ended.add(message.partition())
                continue
            found[ACCOUNTS[message.partition()]] += int(message.value())
        return found
    finally:
        auditor.close()
