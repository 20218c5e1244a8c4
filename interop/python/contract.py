"""The Python side of ../CONTRACT.md: requests and replies as JSON lines."""

import faulthandler
import hashlib
import json
import queue
import signal
import sys
import threading
import time

# The runner asks so where a program is that does not answer.
faulthandler.register(signal.SIGQUIT)


def bytes_of(spec):
    """The bytes that a specification stands for; None for null."""
    if spec is None:
        return None
    if isinstance(spec, str):
        return spec.encode()
    if "hex" in spec:
        return bytes.fromhex(spec["hex"])
    size = spec["size"]
    if "repeat" in spec:
        text = spec["repeat"].encode()
        return (text * (size // len(text) + 1))[:size]
    generated = bytearray(size)
    state = spec["seed"]
    for index in range(size):
        state = (state * 1664525 + 1013904223) & 0xFFFFFFFF
        generated[index] = state >> 24
    return bytes(generated)


def digest(content):
    if content is None:
        return None
    return f"{len(content)}:{hashlib.sha256(content).hexdigest()[:16]}"


def is_writable(record):
    """Both Python clients refuse a record that has neither key nor value."""
    return record["key"] is not None or record["value"] is not None


def places(batch, offsets, is_written=is_writable):
    """The offsets of a batch's records, None for those that were not written."""
    written = iter(offsets)
    return [next(written) if is_written(record) else None for record in batch]


def seen(offset, timestamp, key, value, headers):
    """A record as it was read: contents as digests."""
    return {
        "offset": offset,
        "timestamp": timestamp,
        "key": digest(key),
        "value": digest(value),
        "headers": [[name, digest(content)] for name, content in headers],
    }


OUTPUT = threading.Lock()


def write(message):
    with OUTPUT:
        sys.stdout.write(json.dumps(message) + "\n")
        sys.stdout.flush()


def progress(count):
    write({"progress": count})


def requests():
    for line in sys.stdin:
        yield json.loads(line)


class Checks:
    """Named steps; a failed one does not stop the rest."""

    def __init__(self):
        self.rows = []

    def run(self, name, step):
        try:
            step()
            self.rows.append({"name": name})
        except Exception as error:
            self.rows.append({"name": name, "error": f"{type(error).__name__}: {error}"})

    async def run_async(self, name, step):
        try:
            await step()
            self.rows.append({"name": name})
        except Exception as error:
            self.rows.append({"name": name, "error": f"{type(error).__name__}: {error}"})


def expect(what, got, want):
    if got != want:
        raise AssertionError(f"{what}: got {got!r}, want {want!r}")


def eventually(step):
    """Tries again for a while: Kafka's brokers hear of a change of metadata after it was answered."""
    for _ in range(50):
        try:
            return step()
        except AssertionError:
            time.sleep(0.1)
    return step()


def wrong_topic(kind):
    """Partitions, replicas and settings of the topic whose making is the mistake of that kind."""
    configs = {"badConfig": {"retention.ms": "word"}, "unknownConfig": {"no.such.config": "word"}}.get(kind, {})
    return 0 if kind == "badPartitionCount" else 1, 3 if kind == "badReplication" else 1, configs


class NothingWentWrong(Exception):
    """What was to be provoked did not come."""


class Notes:
    """What a member of a group tells of itself; any thread may call it."""

    def __init__(self):
        self.lock = threading.Lock()
        self.events = []
        self.assigned = set()
        self.fault = None

    def note(self, *what):
        with self.lock:
            self.events.append([int(time.time() * 1000), *what])

    def moved(self, how, places):
        for place in places:
            self.note(how, place)
            with self.lock:
                if how == "assigned":
                    self.assigned.add(place)
                else:
                    self.assigned.discard(place)

    def failed(self, fault):
        self.note("failed", fault["type"], fault["code"], fault["message"])

    def look(self):
        with self.lock:
            events, self.events = self.events, []
            seen = {"assigned": sorted(self.assigned), "events": events}
            if self.fault is not None:
                seen["fault"] = self.fault
            return seen


def place(topic, partition):
    return f"{topic}-{partition}"


def places_of(partitions):
    return [place(one.topic, one.partition) for one in partitions]


def member_settings(wanted, assignors):
    """What kafka-python and aiokafka call the settings of a member."""
    session_timeout_ms = wanted.get("sessionTimeoutMs", 10_000)
    return {
        "group_id": wanted["group"],
        "group_instance_id": wanted.get("instanceId"),
        "auto_offset_reset": wanted.get("reset", "earliest"),
        "enable_auto_commit": wanted.get("commit") == "auto",
        "auto_commit_interval_ms": 500,
        "partition_assignment_strategy": (assignors[wanted.get("assignor", "range")],),
        "session_timeout_ms": session_timeout_ms,
        "heartbeat_interval_ms": min(500, session_timeout_ms // 3),
        "fetch_max_wait_ms": 100,
        "metadata_max_age_ms": 2000,
    }


class MemberThread(Notes):
    """A member that works in a thread of its own: `open`, `step` until it is to leave, `shut`; tasks in between."""

    def __init__(self, wanted, fault_of):
        super().__init__()
        self.wanted = wanted
        self.fault_of = fault_of
        self.tasks = queue.Queue()
        self.leaving = threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.thread.start()

    def run(self):
        try:
            self.open()
            while not self.leaving.is_set():
                while not self.tasks.empty():
                    self.tasks.get()()
                self.step()
        except Exception as error:
            self.fault = self.fault_of(error)
        finally:
            try:
                self.shut()
            except Exception as error:
                self.failed(self.fault_of(error))

    def tell(self, request):
        """Runs the handler of what is told between two steps."""
        done = queue.Queue()

        def task():
            try:
                done.put((getattr(self, request["what"])(request), None))
            except Exception as error:
                done.put((None, error))

        self.tasks.put(task)
        _, error = done.get(timeout=30)
        if error is not None:
            raise error
        return {}

    def leave(self):
        self.leaving.set()
        self.thread.join()
        return self.look()


def member_ops(new_member):
    """The handlers of the ops on members."""
    members = {}

    def join(request):
        members[request["member"]] = new_member(request)
        return {}

    return {
        "join": join,
        "look": lambda request: members[request["member"]].look(),
        "tell": lambda request: members[request["member"]].tell(request),
        "leave": lambda request: members.pop(request["member"]).leave(),
    }
