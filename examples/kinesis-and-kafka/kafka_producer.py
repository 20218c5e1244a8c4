"""Writes a few readings to the topic: python kafka_producer.py [HOW_MANY]"""

import json
import os
import sys

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": os.environ.get("BOOTSTRAP", "localhost:9092")})


def told(error, message):
    if error is not None:
        sys.exit(f"it was not written: {error}")
    print(f"written to partition {message.partition()} at offset {message.offset()}", flush=True)


for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    reading = {"celsius": 18 + number, "by": "kafka"}
    room = ["attic", "cellar", "kitchen"][number % 3]
    producer.produce("readings", key=room, value=json.dumps(reading), callback=told)
producer.flush()
