"""Where the money is: the topic `ledger` has an entry for each time that an account gained or lost something."""

import json
import os
import time

from confluent_kafka import Consumer, IsolationLevel, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, NewTopic, OffsetSpec

BOOTSTRAP = os.environ.get("BOOTSTRAP", "localhost:9092")
LEDGER = "ledger"
# Each account has a partition of its own, so that a transfer writes to two.
ACCOUNTS = ["alice", "bob"]
AUDIT_SECONDS = 30


def create_ledger():
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    for created in admin.create_topics([NewTopic(LEDGER, len(ACCOUNTS), 1)]).values():
        try:
            created.result(30)
        except Exception as error:
            if "already exists" not in str(error):
                raise


def entry(transfer, amount):
    return json.dumps({"transfer": transfer, "amount": amount})


def balances():
    """What is on each account by all that is committed now, while the bank may go on."""
    ends = committed_ends()
    transfers = read_transfers(ends)
    found = dict.fromkeys(ACCOUNTS, 0)
    for entries in transfers.values():
        for account, amount in entries:
            found[account] += amount
    return found


def committed_ends():
    """Of each partition the offset behind what is committed."""
    admin = AdminClient({"bootstrap.servers": BOOTSTRAP})
    asked = {TopicPartition(LEDGER, index): OffsetSpec.latest() for index in range(len(ACCOUNTS))}
    answers = admin.list_offsets(asked, isolation_level=IsolationLevel.READ_COMMITTED)
    return {partition.partition: answer.result(30).offset for partition, answer in answers.items()}


def read_transfers(ends):
    """The entries of all transfers that were committed at `ends`, by transfer.

    Partitions have no end in common: of a transfer that was committed just then one entry may lie before the end of its
    partition, the other one behind the end of its own. It is there, and read as well."""
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
        auditor.assign([TopicPartition(LEDGER, index, 0) for index in ends])
        transfers, wanted, unread = {}, set(), {index for index, end in ends.items() if end > 0}
        deadline = time.monotonic() + AUDIT_SECONDS
        while unread or any(len(transfers[transfer]) < len(ACCOUNTS) for transfer in wanted):
            if time.monotonic() > deadline:
                raise TimeoutError("half of a transfer is missing, or the broker does not answer")
            message = auditor.poll(0.1)
            if message is None:
                continue
            if message.error():
                if message.error().code() != KafkaError._PARTITION_EOF:
                    raise KafkaException(message.error())
                unread.discard(message.partition())
                continue
            read = json.loads(message.value())
            transfers.setdefault(read["transfer"], []).append((ACCOUNTS[message.partition()], read["amount"]))
            if message.offset() < ends[message.partition()]:
                wanted.add(read["transfer"])
            else:
                unread.discard(message.partition())
        return {transfer: transfers[transfer] for transfer in wanted}
    finally:
        auditor.close()
