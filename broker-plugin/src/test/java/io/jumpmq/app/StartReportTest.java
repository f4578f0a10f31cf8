package io.jumpmq.app;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class StartReportTest {
    private final List<String> told = new CopyOnWriteArrayList<>();

    @Test
    void itTellsAgainAndAgainWhatAStartIsAtAndHowFarItIs() {
        AtomicInteger queues = new AtomicInteger();
        try (StartReport report = new StartReport(told::add, 1, 1)) {
            report.at("reads messages/1.log");
            await("reads messages/1.log");
            report.at(() -> "makes queues, " + queues + " so far");
            await("makes queues, 0 so far");
            queues.set(7);
            await("makes queues, 7 so far");
        }
        assertThat(told).allMatch(line -> line.startsWith("Still starting after "));
    }

    @Test
    void aQuickStartIsNotTalkedAbout() {
        try (StartReport report = new StartReport(told::add, 60_000, 1)) {
            report.at("opens its ports");
        }
        assertThat(told).isEmpty();
    }

    private void await(String what) {
        Awaitility.await().until(() -> told.stream().anyMatch(line -> line.endsWith(": " + what)));
    }
}
