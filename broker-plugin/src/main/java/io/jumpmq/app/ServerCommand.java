package io.jumpmq.app;

import java.io.UncheckedIOException;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code jumpmq server}: serves until it is told to stop. */
@Command(
        name = "server",
        description = {
            "Serves AMQP 0-9-1 clients until it is stopped (SIGTERM, or Ctrl-C).",
            "Messages and topology live in memory only: there is no durable store yet."
        },
        mixinStandardHelpOptions = true)
final class ServerCommand implements Callable<Integer> {
    @Option(names = "--port", paramLabel = "PORT", description = "Where to listen. Default: 5672; 0 takes a free port.")
    private int port = JumpMq.DEFAULT_PORT;

    @Option(names = "--host", paramLabel = "ADDRESS", description = "The address to listen on. Default: all.")
    private String host = "0.0.0.0";

    @Override
    @SuppressWarnings("SystemOut") // The banner is for whoever started it.
    public Integer call() throws InterruptedException {
        if (port < 0 || port > 65_535) {
            System.err.println("jumpmq: --port must be from 0 to 65535, not " + port);
            return 2;
        }
        long started = System.nanoTime();
        JumpMq broker;
        try {
            broker = JumpMq.builder().host(host).port(port).start();
        } catch (UncheckedIOException e) {
            System.err.println("jumpmq: "
                    + String.valueOf(
                            e.getCause() == null ? e.getMessage() : e.getCause().getMessage()));
            return 2;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        Runtime.getRuntime()
                .addShutdownHook(new Thread(
                        () -> {
                            broker.close();
                            stopped.countDown();
                        },
                        "jumpmq-stop"));
        System.out.printf(
                "JumpMQ is ready: AMQP 0-9-1 on %s:%d (%d ms)%n",
                host, broker.port(), (System.nanoTime() - started) / 1_000_000);
        System.out.println("guest/guest from this machine only. No durable store yet: a restart begins empty.");
        stopped.await();
        return 0;
    }
}
