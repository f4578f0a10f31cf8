package io.jumpmq.cli;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/** What the user can mend: printed as one line, exit code 2. */
final class UsageException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    UsageException(String message) {
        super(message);
    }

    /** Why a file could not be read or written, in words that name it. */
    static UsageException of(Path file, IOException failure) {
        if (failure instanceof NoSuchFileException) {
            return new UsageException("there is no file " + file);
        } else if (failure instanceof AccessDeniedException) {
            return new UsageException("no permission for " + file);
        } else if (Files.isDirectory(file)) {
            return new UsageException(file + " is a directory");
        }
        return new UsageException(file + ": " + failure.getMessage());
    }
}
