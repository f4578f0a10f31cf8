package io.jumpmq.broker.catalog;

import java.util.List;
import java.util.Objects;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** An order that is kept nowhere. */
public final class VolatileCatalogLog implements CatalogLog {
    private @Nullable Machine machine;

    @Override
    public void attach(Machine newMachine) {
        machine = newMachine;
    }

    @Override
    public void propose(Batch batch, Consumer<Outcome> answer) {
        Machine catalog = Objects.requireNonNull(machine, "attached");
        List<Change> changes;
        try {
            Decision decision = catalog.decide(batch);
            catalog.apply(decision.noted());
            changes = decision.changes();
        } catch (RefusedCommandException e) {
            answer.accept(new Outcome.Refused(e.index(), e.reason()));
            return;
        }
        answer.accept(new Outcome.Committed(changes));
    }
}
