package io.jumpmq.store;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;

/** Says of which file it is that the operating system complains, and what was to be done with it. */
final class FileFailure {
    private FileFailure() {}

    /** Such as "/data/lock cannot be opened: permission denied for user 'nobody'". */
    static IOException of(Path file, String deed, IOException cause) {
        return new IOException(text(file, deed, cause), cause);
    }

    static String text(Path file, String deed, IOException cause) {
        return file + " cannot be " + deed + ": " + reason(cause);
    }

    /** The JDK's own texts are often the file's name alone. */
    private static String reason(IOException cause) {
        if (cause instanceof AccessDeniedException) {
            return "permission denied for user '" + System.getProperty("user.name") + "'";
        } else if (cause instanceof NoSuchFileException) {
            return "it is not there";
        } else if (cause instanceof FileAlreadyExistsException || cause instanceof NotDirectoryException) {
            return "it is no directory";
        }
        String reason = cause instanceof FileSystemException told ? told.getReason() : cause.getMessage();
        return reason == null ? cause.toString() : reason;
    }
}
