package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class ReportedDiskTest {
    @Test
    void itTellsWhichOfHowManyFilesIsReadAndHowFar() throws Exception {
        List<String> told = new ArrayList<>();
        Disk disk = new ReportedDisk(new SimulatedDisk(), "messages", told::add);
        for (String name : List.of("1.log", "1.log.sum", "2.log")) {
            disk.create(name, 3 << 20, ByteBuffer.allocate(8)).close();
        }
        told.clear();
        try (Disk.File file = disk.open("2.log")) {
            file.read(ByteBuffer.allocate(8), 0);
            file.read(ByteBuffer.allocate(8), 2 << 20);
        }
        assertThat(told)
                .containsExactly(
                        "reads messages/2.log, file 2 of 2, at 0 MiB", "reads messages/2.log, file 2 of 2, at 2 MiB");
    }
}
