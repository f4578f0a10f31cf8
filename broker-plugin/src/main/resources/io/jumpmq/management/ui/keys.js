// What the keys of policies and the arguments of queues mean.

export const LIMITS = {
    "message-ttl": ["number", "How long messages stay, in milliseconds."],
    expires: ["number", "Deletes a queue that nobody has used for so many milliseconds."],
    "max-length": ["number", "The most messages that wait."],
    "max-length-bytes": ["number", "The most bytes of messages that wait."],
    "delivery-limit": ["number", "Of quorum queues: how often a message is tried again."],
    overflow: ["text", "What a full queue does: drop-head, reject-publish or reject-publish-dlx."],
};

const CONSUMERS = {
    "consumer-timeout": ["number", "How long a consumer may take to acknowledge a message, in milliseconds; 0: for ever."],
};

const DEAD_LETTERS = {
    "dead-letter-exchange": ["text", "The exchange that gets what expires, is rejected, or finds no room."],
    "dead-letter-routing-key": ["text", "The key that it gets there; otherwise its own."],
    "dead-letter-strategy": ["text", "Of quorum queues: at-most-once, or at-least-once, which keeps it until it is safe."],
};

export const POLICY = {
    ...LIMITS,
    ...DEAD_LETTERS,
    ...CONSUMERS,
    "alternate-exchange": ["text", "Of exchanges: the exchange that gets what finds no queue."],
};

/** Arguments of queues are named like keys of policies, and there are some more. */
export const QUEUE_ARGUMENTS = {
    ...Object.fromEntries(Object.entries({ ...LIMITS, ...DEAD_LETTERS, ...CONSUMERS }).map(([name, told]) => [`x-${name}`, told])),
    "x-queue-type": ["text", "classic or quorum."],
    "x-single-active-consumer": ["boolean", "Only one consumer at a time gets messages."],
    "x-max-priority": ["number", "Messages have priorities from 0 to this, at most 255."],
};
