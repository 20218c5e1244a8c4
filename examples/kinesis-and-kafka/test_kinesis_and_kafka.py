"""Runs the programs beside this file against a broker of its own: what one side writes, both read, and nothing else."""

import os
import re
import signal
import subprocess
import sys
import threading
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SLUICE = os.path.join(HERE, "..", "..", "dist", "bin", "sluice.js")
# `npm run` puts the repository's Node first in the PATH; npm itself may run on an older one.
NODE = "node"
PATIENCE_S = 60


class Program:
    """A process whose lines can be waited for."""

    def __init__(self, *command, **environment):
        self.lines = []
        self.changed = threading.Condition()
        self.process = subprocess.Popen(
            command,
            cwd=HERE,
            env={**os.environ, **environment},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self.read, daemon=True)
        self.reader.start()

    def read(self):
        for line in self.process.stdout:
            with self.changed:
                self.lines.append(line.rstrip())
                self.changed.notify_all()

    def wait_for(self, pattern, times=1):
        """Each line that matches, once there are as many."""

        def found():
            return [match for match in (re.search(pattern, line) for line in self.lines) if match]

        with self.changed:
            if not self.changed.wait_for(lambda: len(found()) >= times, PATIENCE_S):
                raise AssertionError(f"{pattern} did not come {times} times:\n" + "\n".join(self.lines))
            return found()

    def stop(self, how=signal.SIGINT):
        if self.process.poll() is None:
            self.process.send_signal(how)
        code = self.process.wait(PATIENCE_S)
        self.reader.join(PATIENCE_S)
        self.process.stdout.close()
        return code


class KinesisAndKafka(unittest.TestCase):
    def setUp(self):
        command = (SLUICE, "start", "--ephemeral", "--listen", "127.0.0.1:0", "--aws", "127.0.0.1:0")
        broker = Program(NODE, *command)
        self.addCleanup(broker.stop, signal.SIGTERM)
        ready = broker.wait_for(r"^ready .*")[0].group(0)
        self.environment = {
            "BOOTSTRAP": re.search(r"bootstrap=(\S+)", ready).group(1),
            "AWS_ENDPOINT_URL": re.search(r"aws=(\S+)", ready).group(1),
        }

    def start(self, *command):
        program = Program(*command, **self.environment)
        self.addCleanup(program.stop)
        return program

    def test_both_sides_read_what_either_writes(self):
        written = self.start(sys.executable, "kafka_producer.py", "3")
        self.assertEqual(len(written.wait_for(r"^written to partition 0 at offset \d$", 3)), 3)
        kinesis = self.start(NODE, "kinesis-consumer.ts")
        kafka = self.start(sys.executable, "kafka_consumer.py")
        kinesis.wait_for(r"^kinesis: ", 3)
        kafka.wait_for(r"^kafka: ", 3)

        put = self.start(NODE, "kinesis-producer.ts", "4")
        self.assertEqual(len(put.wait_for(r"^put to shardId-000000000000 as \d{56}$", 4)), 4)
        of_kinesis = [match.group(1) for match in kinesis.wait_for(r"^kinesis: (.*)$", 7)]
        of_kafka = [match.group(1) for match in kafka.wait_for(r"^kafka: (.*)$", 7)]
        self.assertEqual(of_kinesis, of_kafka)
        self.assertEqual(of_kafka[0], 'attic {"celsius": 18, "by": "kafka"}')
        self.assertEqual(of_kafka[6], 'attic {"celsius":21,"by":"kinesis"}')
        self.assertEqual(kinesis.stop(), 0)
        self.assertEqual(kafka.stop(), 0)


if __name__ == "__main__":
    unittest.main(verbosity=2)
