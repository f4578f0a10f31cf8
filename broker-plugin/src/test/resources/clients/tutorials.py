"""The patterns of RabbitMQ's tutorials, with pika: one process, one broker. Exits 0 when all of them work."""
import sys
import threading

import pika

PARAMETERS = pika.ConnectionParameters("127.0.0.1", int(sys.argv[1]), blocked_connection_timeout=20)


def channel():
    return pika.BlockingConnection(PARAMETERS).channel()


def receive(ch, queue, count, ack=True):
    bodies = []
    for method, _, body in ch.consume(queue, auto_ack=not ack, inactivity_timeout=10):
        assert method is not None, f"only {len(bodies)} of {count} messages in {queue}"
        bodies.append(body.decode())
        if ack:
            ch.basic_ack(method.delivery_tag)
        if len(bodies) == count:
            break
    ch.cancel()
    return bodies


def hello():
    ch = channel()
    ch.queue_declare("hello")
    ch.basic_publish("", "hello", b"Hello World!")
    assert receive(ch, "hello", 1) == ["Hello World!"]
    ch.connection.close()


def work_queue():
    ch = channel()
    ch.queue_declare("task_queue", durable=True)
    for i in range(10):
        ch.basic_publish("", "task_queue", f"task {i}", pika.BasicProperties(delivery_mode=2))
    workers = [channel(), channel()]
    seen = []
    for worker in workers:
        worker.basic_qos(prefetch_count=1)

        def work(ch, method, properties, body):
            seen.append(body.decode())
            ch.basic_ack(method.delivery_tag)

        worker.basic_consume("task_queue", work)
    for _ in range(200):
        if len(seen) == 10:
            break
        for worker in workers:
            worker.connection.process_data_events(0.02)
    assert sorted(seen) == [f"task {i}" for i in range(10)], seen
    for worker in workers:
        worker.connection.close()
    ch.connection.close()


def publish_subscribe():
    ch = channel()
    ch.exchange_declare("logs", "fanout")
    queues = [ch.queue_declare("", exclusive=True).method.queue for _ in range(2)]
    for queue in queues:
        ch.queue_bind(queue, "logs")
    ch.basic_publish("logs", "", b"info: hello")
    for queue in queues:
        assert receive(ch, queue, 1) == ["info: hello"]
    ch.connection.close()


def routing():
    ch = channel()
    ch.exchange_declare("direct_logs", "direct")
    queue = ch.queue_declare("", exclusive=True).method.queue
    for severity in ("error", "warning"):
        ch.queue_bind(queue, "direct_logs", severity)
    for severity in ("info", "error", "warning"):
        ch.basic_publish("direct_logs", severity, severity)
    assert receive(ch, queue, 2) == ["error", "warning"]
    ch.connection.close()


def topics():
    ch = channel()
    ch.exchange_declare("topic_logs", "topic")
    queue = ch.queue_declare("", exclusive=True).method.queue
    for key in ("kern.*", "*.critical"):
        ch.queue_bind(queue, "topic_logs", key)
    for key in ("kern.info", "auth.info", "auth.critical", "kern.critical"):
        ch.basic_publish("topic_logs", key, key)
    assert receive(ch, queue, 3) == ["kern.info", "auth.critical", "kern.critical"]
    ch.connection.close()


def rpc():
    ready = threading.Event()

    def serve():
        ch = channel()
        ch.queue_declare("rpc_queue")

        def answer(ch, method, properties, body):
            ch.basic_publish(
                "", properties.reply_to, str(int(body) * 2), pika.BasicProperties(correlation_id=properties.correlation_id)
            )
            ch.basic_ack(method.delivery_tag)
            ch.stop_consuming()

        ch.basic_consume("rpc_queue", answer)
        ready.set()
        ch.start_consuming()
        ch.connection.close()

    server = threading.Thread(target=serve, daemon=True)
    server.start()
    assert ready.wait(10)
    ch = channel()
    answers = []
    ch.basic_consume(
        "amq.rabbitmq.reply-to", lambda c, m, p, body: answers.append((p.correlation_id, body.decode())), auto_ack=True
    )
    ch.basic_publish(
        "", "rpc_queue", b"21", pika.BasicProperties(reply_to="amq.rabbitmq.reply-to", correlation_id="one")
    )
    for _ in range(100):
        if answers:
            break
        ch.connection.process_data_events(0.1)
    assert answers == [("one", "42")], answers
    server.join(10)
    ch.connection.close()


def confirms():
    ch = channel()
    ch.confirm_delivery()
    ch.queue_declare("confirmed", durable=True)
    ch.basic_publish("", "confirmed", b"kept", pika.BasicProperties(delivery_mode=2), mandatory=True)
    try:
        ch.basic_publish("", "no such queue", b"lost", mandatory=True)
        raise AssertionError("a message to nowhere was not returned")
    except pika.exceptions.UnroutableError as returned:
        assert returned.messages[0].method.reply_code == 312
    ch.connection.close()


def consistent_hash():
    ch = channel()
    ch.exchange_declare("hash", "x-consistent-hash", auto_delete=True)
    queues = [ch.queue_declare("", exclusive=True).method.queue for _ in range(3)]
    for weight, queue in enumerate(queues, 1):
        ch.queue_bind(queue, "hash", str(weight))
    keys = [f"order-{i % 300}" for i in range(3000)]
    ch.confirm_delivery()
    for key in keys:
        ch.basic_publish("hash", key, key)
    home = {}
    counts = []
    for queue in queues:
        counts.append(ch.queue_declare(queue, passive=True, exclusive=True).method.message_count)
        for key in receive(ch, queue, counts[-1]):
            assert home.setdefault(key, queue) == queue, "one key, two queues"
    assert sum(counts) == 3000 and counts[0] < counts[1] < counts[2], counts
    ch.connection.close()


for pattern in (hello, work_queue, publish_subscribe, routing, topics, rpc, confirms, consistent_hash):
    pattern()
    print(pattern.__name__, "works")
