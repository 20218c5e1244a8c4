"""One of the services that read the topic `orders`: python consumer.py inventory|payment|notification"""

import json
import sys

from confluent_kafka import Consumer

service = sys.argv[1]
consumer = Consumer(
    {
        "bootstrap.servers": "localhost:9092",
        "group.id": service,
        "auto.offset.reset": "earliest",
    }
)
consumer.subscribe(["orders"])
print(f"{service} is running and subscribed to orders", flush=True)

try:
    while True:
        msg = consumer.poll(1.0)
        if msg is None:
            continue
        if msg.error():
            print(f"Error: {msg.error()}", flush=True)
            continue
        order = json.loads(msg.value().decode("utf-8"))
        print(f"{service}: {order['quantity']} x {order['item']} for {order['user']} ({order['order_id']})", flush=True)
except KeyboardInterrupt:
    print(f"{service} stops", flush=True)
finally:
    consumer.close()
