"""Prints what is in the topic, and what comes, until Ctrl-C."""

import os

from confluent_kafka import Consumer

consumer = Consumer(
    {
        "bootstrap.servers": os.environ.get("BOOTSTRAP", "localhost:9092"),
        "group.id": "example",
        "auto.offset.reset": "earliest",
    }
)
consumer.subscribe(["readings"])
try:
    while True:
        message = consumer.poll(1.0)
        if message is None:
            continue
        if message.error():
            print(f"error: {message.error()}", flush=True)
            continue
        print(f"kafka: {message.key().decode()} {message.value().decode()}", flush=True)
except KeyboardInterrupt:
    pass
finally:
    consumer.close()
