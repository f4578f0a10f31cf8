package io.jumpmq.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StoreLockTest {
    @Test
    void aDirectoryThatItMakesIsNotForEverybody(@TempDir Path folder) throws IOException {
        Path directory = folder.resolve("data");
        StoreLock.take(directory, "choose another").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .endsWith("---");
    }

    @Test
    void aDirectoryThatIsThereStaysAsItIs(@TempDir Path folder) throws IOException {
        Path directory = Files.createDirectory(folder.resolve("data"));
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        StoreLock.take(directory, "choose another").close();
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory)))
                .isEqualTo("rwxr-xr-x");
    }
}
