package io.jumpmq.management;

import com.sun.management.UnixOperatingSystemMXBean;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * This process as the operating system sees it.
 *
 * @param residentBytes memory in use; where the system does not tell, what the Java heap takes
 * @param openFiles -1 where the system does not tell
 * @param maxFiles likewise
 */
public record Footprint(long residentBytes, long openFiles, long maxFiles) {
    private static final Path STATM = Path.of("/proc/self/statm");
    private static final long PAGE_BYTES = 4096;

    /** As it is now. */
    public static Footprint now() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof UnixOperatingSystemMXBean unix
                ? new Footprint(resident(), unix.getOpenFileDescriptorCount(), unix.getMaxFileDescriptorCount())
                : new Footprint(resident(), -1, -1);
    }

    private static long resident() {
        try {
            return Long.parseLong(Files.readString(STATM).split(" ", -1)[1]) * PAGE_BYTES;
        } catch (IOException | NumberFormatException e) {
            return Runtime.getRuntime().totalMemory();
        }
    }
}
