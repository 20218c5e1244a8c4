"""Transfers money between two accounts until it is stopped, or killed: each transfer is one transaction."""

import random
import sys
import uuid

from confluent_kafka import KafkaException, Producer

from ledger import ACCOUNTS, BOOTSTRAP, LEDGER, balances, create_ledger, entry

OPENING_BALANCE = 100


def open_bank():
    bank = Producer(
        {
            "bootstrap.servers": BOOTSTRAP,
            # Whoever begins with this id ends what the one before left half done, and locks him out.
            "transactional.id": "bank",
            "transaction.timeout.ms": 10_000,
        }
    )
    bank.init_transactions(30)
    return bank


def book(bank, entries):
    """All of the entries, or none."""
    transfer = str(uuid.uuid4())
    bank.begin_transaction()
    for account, amount in entries.items():
        bank.produce(LEDGER, partition=ACCOUNTS.index(account), key=account, value=entry(transfer, amount))
    bank.commit_transaction(30)


def main():
    create_ledger()
    bank = open_bank()
    if not any(balances().values()):
        book(bank, dict.fromkeys(ACCOUNTS, OPENING_BALANCE))
    print("open", flush=True)
    while True:
        amount = random.randint(1, 50)
        payer, payee = random.sample(ACCOUNTS, 2)
        try:
            book(bank, {payer: -amount, payee: amount})
        except KafkaException as exception:
            error = exception.args[0]
            if error.txn_requires_abort():
                bank.abort_transaction(30)
                continue
            sys.exit(f"another bank took over: {error}" if error.fatal() else str(error))
        print(f"{payer} paid {payee} {amount}", flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
