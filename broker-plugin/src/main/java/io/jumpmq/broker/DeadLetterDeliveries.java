package io.jumpmq.broker;

import io.jumpmq.broker.message.Message;
import io.jumpmq.broker.queue.QueueEntry;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;

/**
 * Dead letters on their way from one queue to others. Each queue answers for itself, so that a dead letter that has to be
 * sent again goes to those alone that do not have it yet. On the loop of the queue in which the messages died.
 */
final class DeadLetterDeliveries {
    private final QueueActor source;

    /** Who has taken a dead letter that others have refused. Weak: its queue may be purged meanwhile. */
    private final Map<QueueEntry, Set<QueueActor>> taken = new WeakHashMap<>();

    DeadLetterDeliveries(QueueActor source) {
        this.source = source;
    }

    /** Sends a dead letter to its queues, and tells the source when all have answered. */
    void send(QueueEntry entry, Message letter, List<QueueActor> targets) {
        Set<QueueActor> takers = taken.computeIfAbsent(entry, unused -> new HashSet<>());
        List<QueueActor> missing =
                targets.stream().filter(target -> !takers.contains(target)).toList();
        if (missing.isEmpty()) {
            answer(entry, !takers.isEmpty());
            return;
        }
        int[] open = {missing.size()};
        for (QueueActor target : missing) {
            Publication publication = new Publication(letter, 0, 1, source.home(), (settled, accepted) -> {
                if (accepted) {
                    takers.add(target);
                }
                if (--open[0] == 0) {
                    answer(entry, takers.containsAll(missing));
                }
            });
            source.home().send(target.home(), target.publishTracked(), publication);
        }
    }

    private void answer(QueueEntry entry, boolean safe) {
        source.afterwards(core -> {
            boolean atLeastOnce = core.settings().deadLettersAtLeastOnce();
            if (atLeastOnce && !safe) {
                core.deadLetterFailed(entry, source.nowMillis());
                return;
            }
            taken.remove(entry);
            core.deadLettered(entry);
            if (atLeastOnce) {
                source.countConfirmed();
            }
        });
    }
}
