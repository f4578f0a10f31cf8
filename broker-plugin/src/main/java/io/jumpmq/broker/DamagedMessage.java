package io.jumpmq.broker;

/**
 * A message that its store cannot read any more.
 *
 * @param queue the queue's id
 * @param position its place among all messages of its queue
 * @param file where it was found to be damaged
 * @param offset where in that file it began
 */
public record DamagedMessage(long queue, long position, String file, long offset) {}
