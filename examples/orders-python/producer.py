"""Sends a few orders to the topic `orders`: python producer.py [HOW_MANY]"""

import json
import sys
import uuid

from confluent_kafka import Producer

producer = Producer({"bootstrap.servers": "localhost:9092"})


def delivery_report(err, msg):
    if err is not None:
        print(f"Delivery failed: {err}", flush=True)
    else:
        print(f"Delivered to {msg.topic()} [{msg.partition()}] at offset {msg.offset()}", flush=True)


for number in range(int(sys.argv[1]) if len(sys.argv) > 1 else 3):
    order = {
        "order_id": str(uuid.uuid4()),
        "user": ["lara", "nana", "sanjay"][number % 3],
        "item": "frozen yogurt",
        "quantity": number + 1,
    }
    producer.produce(
        topic="orders",
        key=order["user"].encode("utf-8"),
        value=json.dumps(order).encode("utf-8"),
        callback=delivery_report,
    )

producer.flush()
