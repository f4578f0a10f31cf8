package io.jumpmq.broker.queue;

import io.jumpmq.broker.message.Message;

/**
 * A message as it was handed to somebody once: a value, which its queue does not change. Its queue knows it by position and
 * attempt, so that an answer to an attempt that was taken back means nothing to it.
 *
 * @param position its place among all messages of its queue, in the order of publishing
 * @param attempt another one each time that the queue hands a message out and waits for an answer; 0: it does not wait
 * @param redelivered whether it was delivered before and came back
 * @param deliveryCount how often it came back, as far as its queue remembers
 */
public record Delivery(Message message, long position, int attempt, boolean redelivered, int deliveryCount) {}
