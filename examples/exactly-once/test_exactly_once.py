"""Kills the bank in the middle of its transfers, again and again: the sum never changes."""

import os
import random
import re
import subprocess
import sys
import time
import unittest

HERE = os.path.dirname(os.path.abspath(__file__))
SLUICE = os.path.join(HERE, "..", "..", "dist", "bin", "sluice.js")
KILLS = 5
TRANSFERS_BEFORE_KILL = 20
SUM = 200
AUDITS = 3


class ExactlyOnce(unittest.TestCase):
    def setUp(self):
        # `npm run` puts the repository's Node first in the PATH.
        self.broker = subprocess.Popen(
            ["node", SLUICE, "start", "--ephemeral", "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        ready = self.broker.stdout.readline()
        self.environment = {**os.environ, "BOOTSTRAP": re.search(r"bootstrap=(\S+)", ready).group(1)}

    def tearDown(self):
        self.broker.terminate()
        self.broker.wait(30)
        self.broker.stdout.close()

    def start_bank(self):
        return subprocess.Popen(
            [sys.executable, "bank.py"], cwd=HERE, env=self.environment, stdout=subprocess.PIPE, text=True
        )

    def audit(self):
        printed = subprocess.check_output([sys.executable, "audit.py"], cwd=HERE, env=self.environment, text=True)
        return dict(line.split() for line in printed.splitlines())

    def test_killed_in_the_middle(self):
        for _ in range(KILLS):
            bank = self.start_bank()
            for _ in range(TRANSFERS_BEFORE_KILL):
                self.assertTrue(bank.stdout.readline(), "the bank goes on")
            # Somewhere within a transfer.
            time.sleep(random.random() / 50)
            bank.kill()
            bank.wait(30)
            bank.stdout.close()
            self.assertEqual(int(self.audit()["sum"]), SUM)

    def test_while_the_bank_goes_on(self):
        bank = self.start_bank()
        for _ in range(AUDITS):
            self.assertTrue(bank.stdout.readline(), "the bank goes on")
            self.assertEqual(int(self.audit()["sum"]), SUM)
        self.assertIsNone(bank.poll(), "the bank went on")
        bank.kill()
        bank.wait(30)
        bank.stdout.close()

    def test_a_second_bank_locks_out_the_first(self):
        first = self.start_bank()
        self.assertEqual(first.stdout.readline(), "open\n")
        second = self.start_bank()
        self.assertEqual(second.stdout.readline(), "open\n")
        first.stdout.read()
        self.assertNotEqual(first.wait(30), 0)
        first.stdout.close()
        second.kill()
        second.wait(30)
        second.stdout.close()
        self.assertEqual(int(self.audit()["sum"]), SUM)


if __name__ == "__main__":
    unittest.main()
