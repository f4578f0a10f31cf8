/**
 * What outlives the process: one log of messages for all queues, with group commit, and a journal of the catalog. {@link
 * io.jumpmq.store.MessageSegments} is the core, driven by one thread and given its disk; {@link
 * io.jumpmq.store.DiskStore} is the shell with the threads. The formats are in {@code docs/store-format.md}.
 */
@NullMarked
package io.jumpmq.store;

import org.jspecify.annotations.NullMarked;
