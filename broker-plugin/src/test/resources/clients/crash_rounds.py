"""Crash rounds with pika and a ledger of their own: a broker process under load is killed (kill -9) or stopped in order (SIGTERM, in the
middle of the load or after it), started again on the same files, and compared with what its client was told.

    /usr/bin/python3 crash_rounds.py --rounds 1000 [--seed N] [--stops 0.5] [--launcher ./jumpmq] [--directory DIR]

Every time: what was confirmed and not acknowledged is there, once, whole, in the queue of its key, and in the order in which it was
published; nothing is made up; what had been delivered before is marked as redelivered. After a kill, acknowledged messages may be back,
marked: acknowledgements are written lazily. After a stop, none is back whose acknowledgement had been followed by an answered request on
its channel, and what was never delivered is not marked. Exits with 1 and a line for each violation, and keeps the directory.
"""
import argparse
import functools
import hashlib
import random
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import pika

RING = [f"ring-{i}" for i in range(5)]
DIRECT = [f"direct-{i}" for i in range(4)]
QUORUM = ["quorum"]
QUEUES = RING + DIRECT + QUORUM
PATIENCE = 120
WINDOW = 100
SETTLE_EVERY = 10


class Known:
    """What the client knows of a message."""

    __slots__ = ("confirmed", "acknowledged", "settled", "delivered", "queue", "number")

    def __init__(self, number, queue):
        self.number = number
        self.queue = queue  # None until it has been seen in one: a ring has decided.
        self.confirmed = self.acknowledged = self.settled = self.delivered = False


def body_of(name):
    digest = hashlib.sha256(name.encode()).digest()
    size = digest[0] * (40 if digest[1] < 30 else 4)
    return name.encode() + b";" + (digest * (size // 32 + 1))[:size]


class Broker:
    """A process of its own."""

    def __init__(self, options, directory):
        command = [options.launcher, "server", "--host", "127.0.0.1", "--port", "0", "--management-port", "none"]
        command += ["--prometheus-port", "none", "--data-dir", str(directory / "data")]
        command += ["--set", "jumpmq.store.segment_size=4MiB", "--set", "log.console.level=warning"]
        self.log = directory / "log"
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline().decode()
        port = re.search(r"on 127\.0\.0\.1:(\d+)", line)
        if not port:
            self.process.kill()
            raise AssertionError(f"the broker did not start: {line}{self.log.read_text()[-2000:]}")
        self.port = int(port.group(1))

    def kill(self):
        self.process.kill()

    def stop(self):
        self.process.send_signal(signal.SIGTERM)

    def wait(self):
        self.process.wait(PATIENCE)
        self.process.stdout.close()


class Round:
    """One broker process: everything is taken and judged, then published and acknowledged until the broker goes."""

    def __init__(self, number, broker, ledger, queue_of_key, chance, stopped, end):
        self.prefix = str(number)
        self.broker = broker
        self.ledger = ledger
        self.queue_of_key = queue_of_key
        self.chance = chance
        self.stopped = stopped  # How the broker before was ended in order; empty: it was killed.
        self.end = end
        self.wrong = []
        self.held = {queue: [] for queue in QUEUES}  # Delivered and not acknowledged: tag, name.
        self.taken = {queue: [] for queue in QUEUES}
        self.expected = {}
        self.empty = set()
        self.judged = False
        self.ending = False
        self.channels = {}
        self.consumers = {}
        self.publisher = None
        self.unconfirmed = {}
        self.next_tag = 1
        self.published = self.acknowledged = self.confirmed = self.again = 0
        self.unsettled = {queue: [] for queue in QUEUES}

    def run(self):
        parameters = pika.ConnectionParameters("127.0.0.1", self.broker.port, heartbeat=0)
        connection = pika.SelectConnection(
            parameters,
            on_open_callback=self.opened,
            on_open_error_callback=lambda c, e: self.over(c, f"no connection: {e!r}"),
            on_close_callback=lambda c, e: self.over(c, None if self.ending else f"closed: {e!r}"),
        )
        self.connection = connection
        connection.ioloop.call_later(PATIENCE, lambda: self.over(connection, f"stuck: {self.state()}"))
        connection.ioloop.start()
        self.broker.wait()
        return self.wrong

    def state(self):
        return {q: (self.expected.get(q), len(self.taken[q])) for q in QUEUES}

    def over(self, connection, why):
        if why:
            self.wrong.append(why)
        if not self.ending:
            self.broker.kill()
        connection.ioloop.stop()

    # Taking everything.

    def opened(self, connection):
        connection.channel(on_open_callback=self.publisher_opened)

    def publisher_opened(self, channel):
        self.publisher = channel
        channel.confirm_delivery(self.on_confirm)
        channel.exchange_declare("ring", "x-consistent-hash", durable=True)
        for queue in QUEUES:
            arguments = {"x-queue-type": "quorum"} if queue in QUORUM else None
            channel.queue_declare(queue, durable=True, arguments=arguments)
        for i, queue in enumerate(RING):
            channel.queue_bind(queue, "ring", str(i + 1), callback=self.bound if queue == RING[-1] else None)

    def bound(self, _):
        for queue in QUEUES:
            self.connection.channel(on_open_callback=functools.partial(self.taker_opened, queue))

    def taker_opened(self, queue, channel):
        self.channels[queue] = channel
        channel.queue_declare(queue, passive=True, callback=functools.partial(self.counted, queue))

    def counted(self, queue, frame):
        self.expected[queue] = frame.method.message_count
        self.consumers[queue] = self.channels[queue].basic_consume(queue, functools.partial(self.delivered, queue))
        self.look_if_all()

    def delivered(self, queue, channel, method, properties, body):
        name = body.split(b";", 1)[0].decode(errors="replace")
        known = self.ledger.get(name)
        if known is None:
            self.wrong.append(f"made up, in {queue}: {name[:60]!r}")
            return
        if body != body_of(name) or properties.message_id != name or properties.delivery_mode != 2:
            self.wrong.append(f"altered, in {queue}: {name}")
        if known.queue not in (None, queue):
            self.wrong.append(f"{name} was in {known.queue} and is in {queue}")
        known.queue = queue
        if method.exchange == "ring":
            before = self.queue_of_key.setdefault(method.routing_key, queue)
            if before != queue:
                self.wrong.append(f"key {method.routing_key} was with {before} and is with {queue}")
        if not self.judged:
            self.taken[queue].append((method.delivery_tag, name, method.redelivered))
            self.look_if_all()
            return
        known.delivered = True
        self.held[queue].append((method.delivery_tag, name))

    def look_if_all(self):
        if self.judged or len(self.expected) < len(QUEUES):
            return
        if all(len(self.taken[queue]) >= self.expected[queue] for queue in QUEUES):
            self.judge()

    def judge(self):
        self.judged = True
        seen = set()
        for queue in QUEUES:
            last = {}
            for tag, name, redelivered in self.taken[queue]:
                known = self.ledger[name]
                if name in seen:
                    self.wrong.append(f"twice: {name}")
                seen.add(name)
                if known.acknowledged:
                    self.again += 1
                    if self.stopped and known.settled:
                        self.wrong.append(f"settled before a stop in order, and back: {name} in {queue}")
                    known.acknowledged = known.settled = False
                if known.delivered and not redelivered:
                    self.wrong.append(f"delivered before and not marked: {name} in {queue}")
                if self.stopped == "stop after the load" and redelivered and not known.delivered:
                    self.wrong.append(f"marked after a stop in order, and never delivered: {name} in {queue}")
                publisher = name.split("-", 1)[0]
                if last.get(publisher, -1) > known.number:
                    self.wrong.append(f"out of order: {name} in {queue}")
                last[publisher] = known.number
                known.delivered = known.confirmed = True
                self.held[queue].append((tag, name))
        for name, known in self.ledger.items():
            if name not in seen and known.confirmed and not known.acknowledged:
                self.wrong.append(f"LOST: {name}, of {known.queue}")
        for name in [name for name in self.ledger if name not in seen]:
            del self.ledger[name]  # Gone once is gone for good: back later, it is made up.
        self.waiting = 2
        for queue in self.chance.sample(QUEUES, self.waiting):  # What comes into these is never delivered.
            self.channels[queue].basic_cancel(self.consumers[queue], callback=self.cancelled)

    def cancelled(self, _):
        self.waiting -= 1
        if self.waiting == 0:
            self.load()

    # Load.

    def load(self):
        self.until = time.monotonic() + self.chance.uniform(0.02, 0.3)
        self.work()

    def work(self):
        if self.ending:
            return
        if time.monotonic() > self.until:
            self.finish()
            return
        for _ in range(20):
            if len(self.unconfirmed) < WINDOW:
                self.publish()
            self.acknowledge()
        self.connection.ioloop.call_later(0.0005, self.work)

    def publish(self):
        number = self.published
        self.published += 1
        kind = self.chance.random()
        queue = None if kind < 0.5 else self.chance.choice(DIRECT + QUORUM)
        name = f"{self.prefix}{'r' if queue is None else 'd'}-{number}"
        self.ledger[name] = Known(number, queue)
        self.unconfirmed[self.next_tag] = name
        self.next_tag += 1
        properties = pika.BasicProperties(delivery_mode=2, message_id=name)
        key = queue or f"key-{self.chance.randrange(300)}"
        self.publisher.basic_publish("ring" if queue is None else "", key, body_of(name), properties)

    def on_confirm(self, frame):
        method = frame.method
        if method.NAME != "Basic.Ack":
            self.wrong.append(f"a nack for {self.unconfirmed.get(method.delivery_tag)}")
        tags = [tag for tag in self.unconfirmed if tag <= method.delivery_tag] if method.multiple else [method.delivery_tag]
        for tag in tags:
            self.ledger[self.unconfirmed.pop(tag)].confirmed = True
            self.confirmed += 1

    def acknowledge(self):
        queue = self.chance.choice(QUEUES)
        held = self.held[queue]
        if len(held) < 5:  # Something is always left.
            return
        multiple = self.chance.random() < 0.2
        at = self.chance.randrange(len(held) if not multiple else min(len(held), 10))
        tag = held[at][0]
        gone = held[: at + 1] if multiple else [held[at]]
        self.held[queue] = held[at + 1 :] if multiple else held[:at] + held[at + 1 :]
        names = [name for _, name in gone]
        for name in names:
            self.ledger[name].acknowledged = True
        self.acknowledged += len(names)
        channel = self.channels[queue]
        channel.basic_ack(tag, multiple)
        self.unsettled[queue] += names
        if len(self.unsettled[queue]) >= SETTLE_EVERY:
            self.settle(queue)

    def settle(self, queue):
        names, self.unsettled[queue] = self.unsettled[queue], []
        self.channels[queue].queue_declare(queue, passive=True, callback=functools.partial(self.answered, queue, names))

    def answered(self, queue, names, _):
        for name in names:
            self.ledger[name].settled = True

    # The end.

    def finish(self):
        if self.end == "stop after the load":
            self.ending_in_order()
            return
        self.ending = True
        if self.end == "kill":
            self.broker.kill()
        else:
            self.broker.stop()
            self.go_on()

    def go_on(self):
        """A stop in the middle of the load: it goes on until the connection is closed."""
        if not self.connection.is_open:
            return
        for _ in range(5):
            if self.publisher.is_open and len(self.unconfirmed) < WINDOW:
                self.publish()
            self.acknowledge()
        self.connection.ioloop.call_later(0.0005, self.go_on)

    def ending_in_order(self):
        if self.unconfirmed:
            self.connection.ioloop.call_later(0.001, self.ending_in_order)
            return
        self.waiting = len(QUEUES)
        for queue in QUEUES:
            names, self.unsettled[queue] = self.unsettled[queue], []
            self.channels[queue].queue_declare(queue, passive=True, callback=functools.partial(self.last_answer, queue, names))

    def last_answer(self, queue, names, frame):
        self.answered(queue, names, frame)
        self.waiting -= 1
        if self.waiting == 0:
            self.ending = True
            self.broker.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--seed", type=int, default=random.randrange(1 << 30))
    parser.add_argument("--stops", type=float, default=0.5, help="share of rounds that end in order; default 0.5")
    parser.add_argument("--launcher", default=str(Path(__file__).resolve().parents[5] / "jumpmq"))
    parser.add_argument("--directory", help="where files are kept, nothing yet; default: a temporary directory")
    options = parser.parse_args()
    chance = random.Random(options.seed)
    directory = Path(options.directory or tempfile.mkdtemp(prefix="crash-rounds-"))
    directory.mkdir(parents=True, exist_ok=True)
    if (directory / "data").exists():
        parser.error(f"{directory / 'data'} is there already, and nothing is known of what is in it")
    print(f"seed {options.seed}, in {directory}", flush=True)
    ledger, queue_of_key = {}, {}
    stopped = ""
    totals = {"published": 0, "confirmed": 0, "acknowledged": 0, "again": 0}
    ends = {}
    violations = 0
    started = time.monotonic()
    for number in range(options.rounds + 1):
        end = chance.choice(["stop under load", "stop after the load"]) if chance.random() < options.stops else "kill"
        broker = Broker(options, directory)
        one = Round(number, broker, ledger, queue_of_key, chance, stopped, end)
        try:
            wrong = one.run()
        finally:
            if broker.process.poll() is None:
                broker.kill()
        for line in wrong[:20]:
            print(f"round {number}, after a {stopped or 'kill'}, to end by {end}: {line}", flush=True)
        violations += len(wrong)
        ends[end] = ends.get(end, 0) + 1
        for what in totals:
            totals[what] += getattr(one, what)
        stopped = "" if end == "kill" else end
        if violations > 100:
            break
    spent = time.monotonic() - started
    print(f"{options.rounds} rounds, {ends}, {totals}, {violations} violations, {spent / (options.rounds + 1):.2f} s a round")
    if violations:
        sys.exit(1)
    if not options.directory:
        shutil.rmtree(directory)


if __name__ == "__main__":
    main()
