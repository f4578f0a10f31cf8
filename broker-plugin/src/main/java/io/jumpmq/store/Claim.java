package io.jumpmq.store;

import java.io.IOException;

/** The hold that a store has on its directory, so that no second server uses it; and whether the directory is still there. */
@FunctionalInterface
interface Claim extends AutoCloseable {
    /**
     * Returns if the directory is still the one that is held. Quick: asked whenever something is to be confirmed.
     *
     * @throws IOException when it is gone or another one
     */
    default void check() throws IOException {}

    /**
     * Returns if all files of the store are still there, too.
     *
     * @throws IOException when one is gone or another one
     */
    default void checkFiles() throws IOException {}

    @Override
    void close() throws IOException;
}
