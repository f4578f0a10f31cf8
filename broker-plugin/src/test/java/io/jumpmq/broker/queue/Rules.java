package io.jumpmq.broker.queue;

import io.jumpmq.broker.queue.QueueSettings.Overflow;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Spells out queue settings for tests: a plain transient queue, and what is said to differ. */
final class Rules {
    private boolean quorum;
    private boolean durable;
    private boolean autoDelete;
    private OptionalLong messageTtlMillis = OptionalLong.empty();
    private OptionalLong expiresMillis = OptionalLong.empty();
    private OptionalLong maxLength = OptionalLong.empty();
    private OptionalLong maxLengthBytes = OptionalLong.empty();
    private Overflow overflow = Overflow.DROP_HEAD;
    private @Nullable String deadLetterExchange;
    private boolean deadLettersAtLeastOnce;
    private int maxPriority;
    private OptionalInt deliveryLimit = OptionalInt.empty();
    private boolean singleActiveConsumer;

    static Rules plain() {
        return new Rules();
    }

    /** The rules that are fixed when a queue is declared, as they are there. */
    static Rules like(QueueSettings settings) {
        Rules rules = new Rules();
        rules.quorum = settings.quorum();
        rules.durable = settings.durable();
        rules.autoDelete = settings.autoDelete();
        rules.maxPriority = settings.maxPriority();
        rules.singleActiveConsumer = settings.singleActiveConsumer();
        return rules;
    }

    Rules quorum() {
        quorum = true;
        return durable();
    }

    Rules durable() {
        durable = true;
        return this;
    }

    Rules autoDelete() {
        autoDelete = true;
        return this;
    }

    Rules messageTtl(long millis) {
        messageTtlMillis = OptionalLong.of(millis);
        return this;
    }

    Rules expires(long millis) {
        expiresMillis = OptionalLong.of(millis);
        return this;
    }

    Rules maxLength(long messages) {
        maxLength = OptionalLong.of(messages);
        return this;
    }

    Rules maxLengthBytes(long bytes) {
        maxLengthBytes = OptionalLong.of(bytes);
        return this;
    }

    Rules overflow(Overflow what) {
        overflow = what;
        return this;
    }

    Rules deadLettering() {
        deadLetterExchange = "dlx";
        return this;
    }

    Rules deadLetteringAtLeastOnce() {
        deadLettersAtLeastOnce = true;
        return deadLettering().overflow(Overflow.REJECT_PUBLISH);
    }

    Rules maxPriority(int highest) {
        maxPriority = highest;
        return this;
    }

    Rules deliveryLimit(int returns) {
        deliveryLimit = OptionalInt.of(returns);
        return this;
    }

    Rules singleActiveConsumer() {
        singleActiveConsumer = true;
        return this;
    }

    QueueSettings settings() {
        return new QueueSettings(
                quorum,
                durable,
                autoDelete,
                messageTtlMillis,
                expiresMillis,
                maxLength,
                maxLengthBytes,
                overflow,
                deadLetterExchange,
                null,
                deadLettersAtLeastOnce,
                maxPriority,
                deliveryLimit,
                singleActiveConsumer,
                OptionalLong.empty());
    }
}
