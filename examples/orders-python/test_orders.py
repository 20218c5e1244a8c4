"""Runs the programs beside this file, as they are, against a broker of its own on localhost:9092."""

import os
import re
import signal
import socket
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SLUICE = os.path.join(HERE, "..", "..", "dist", "bin", "sluice.js")
# `npm run` puts the repository's Node first in the PATH; npm itself may run on an older one.
NODE = "node"
SERVICES = ("inventory", "payment", "notification")
PATIENCE_S = 60


class Program:
    """A process whose lines can be waited for."""

    def __init__(self, *command):
        self.lines = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            command, cwd=HERE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()

    def wait_for(self, pattern, times=1):
        """The first group of each line that matches, once there are as many."""

        def found():
            matches = [re.search(pattern, line) for line in self.lines]
            return [match.group(1) for match in matches if match]

        with self.changed:
            if not self.changed.wait_for(lambda: len(found()) >= times, PATIENCE_S):
                raise AssertionError(f"{pattern} did not come {times} times:\n" + "\n".join(self.lines))
            return found()

    def stop(self, how=signal.SIGINT):
        self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stdout.close()
        return code


def is_free(port):
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


class Orders(unittest.TestCase):
    def setUp(self):
        if not is_free(9092):
            self.skipTest("another program has port 9092")
        self.broker = Program(NODE, SLUICE, "start", "--ephemeral")
        self.addCleanup(self.broker.stop, signal.SIGTERM)
        self.broker.wait_for(r"^(ready) ")

    def start(self, name, *args):
        return Program(sys.executable, name, *args)

    def send_orders(self, count):
        producer = self.start("producer.py", str(count))
        delivered = producer.wait_for(r"^Delivered to orders \[(\d+)\] at offset \d+$", count)
        self.assertEqual(producer.process.wait(PATIENCE_S), 0)
        producer.process.stdout.close()
        # Nothing else was said: no refused connection under either meaning of localhost.
        self.assertEqual(len(producer.lines), len(delivered), producer.lines)

    def run_services(self, count):
        """The orders that each service saw until it had as many."""
        services = {name: self.start("consumer.py", name) for name in SERVICES}
        seen = {name: one.wait_for(rf"^{name}: \d+ x .* \((.*)\)$", count) for name, one in services.items()}
        for one in services.values():
            self.assertEqual(one.stop(), 0)
        return seen

    def test_both_meanings_of_localhost(self):
        for address in {info[4][:2] for info in socket.getaddrinfo("localhost", 9092, type=socket.SOCK_STREAM)}:
            socket.create_connection(address, PATIENCE_S).close()

    def test_each_service_reads_all_orders_once(self):
        self.send_orders(3)
        first = self.run_services(3)
        self.assertEqual({len(set(orders)) for orders in first.values()}, {3})
        # Each goes on where it was, at its own pace.
        self.send_orders(5)
        second = self.run_services(5)
        for name in SERVICES:
            self.assertEqual(len(second[name]), 5)
            self.assertFalse(set(first[name]) & set(second[name]))
        self.assertEqual(sorted(second["inventory"]), sorted(second["payment"]))


if __name__ == "__main__":
    unittest.main(verbosity=2)
