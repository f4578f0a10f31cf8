package io.jumpmq.broker;

import io.jumpmq.broker.loop.Loop;
import io.jumpmq.broker.loop.Receiver;
import io.jumpmq.broker.message.Message;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Who waits for direct replies: names that look like queues' and lead to one channel each, with no queue between.
 *
 * @see <a href="https://www.rabbitmq.com/docs/direct-reply-to">RabbitMQ's direct reply-to</a>
 */
public final class ReplyAddresses {
    /** What a client consumes from, and gives as reply-to; it is replaced by an address of its own. */
    public static final String PSEUDO_QUEUE = "amq.rabbitmq.reply-to";

    private static final String PREFIX = PSEUDO_QUEUE + ".";

    private record Requester(Loop loop, Receiver<Message> replies) {}

    private final Map<String, Requester> requesters = new ConcurrentHashMap<>();

    /**
     * Opens an address. Any loop.
     *
     * @param token nobody's, and not to be guessed
     */
    public String open(String token, Loop loop, Receiver<Message> replies) {
        String address = PREFIX + token;
        requesters.put(address, new Requester(loop, replies));
        return address;
    }

    /** Closes an address; replies that are under way are lost. Any loop. */
    public void close(String address) {
        requesters.remove(address);
    }

    /** Whether somebody waits there. Any loop. */
    public boolean isOpen(String address) {
        return requesters.containsKey(address);
    }

    /** Whether this names the pseudo queue or could be an address. */
    public static boolean isReplyName(String name) {
        return name.equals(PSEUDO_QUEUE) || name.startsWith(PREFIX);
    }

    /** Sends a message published to the default exchange to whoever waits at its key, if anybody does. */
    public void deliver(Loop from, Message message) {
        Requester requester = requesters.get(message.routingKeyText());
        if (requester != null) {
            from.send(requester.loop, requester.replies, message);
        }
    }
}
