package io.jumpmq.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Which file it is that has a name: its device and inode. As long as the file is open, no other one has the same.
 *
 * @param key null where the operating system has no such thing; then only its being there counts
 */
record FileKey(@Nullable Object key) {
    static FileKey of(Path file) throws IOException {
        return new FileKey(Files.readAttributes(file, BasicFileAttributes.class).fileKey());
    }

    /**
     * Returns if the file of that name is still this one.
     *
     * @throws IOException when it is not: what is written to it would be lost with the process
     */
    void require(Path file) throws IOException {
        FileKey found;
        try {
            found = of(file);
        } catch (IOException e) {
            throw FileFailure.of(file, "found any more (was it deleted, or its directory moved or unmounted?)", e);
        }
        if (!found.equals(this)) {
            throw new IOException(
                    file + " is another file now than the one that was opened (was it replaced, or its directory?)");
        }
    }
}
