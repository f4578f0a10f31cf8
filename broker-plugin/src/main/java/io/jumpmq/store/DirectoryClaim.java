package io.jumpmq.store;

import java.io.IOException;
import java.util.List;

/**
 * A claim on a directory of the file system.
 *
 * @param disks where its files are
 */
record DirectoryClaim(StoreLock lock, List<WatchedDisk> disks) implements Claim {
    @Override
    public void check() throws IOException {
        lock.check();
    }

    @Override
    public void checkFiles() throws IOException {
        lock.check();
        for (WatchedDisk disk : disks) {
            disk.check();
        }
    }

    @Override
    public void close() throws IOException {
        lock.close();
    }
}
