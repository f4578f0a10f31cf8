package io.jumpmq.ring;

/** What can be asked of a ring. {@link Ring#apply} says what each does. */
public sealed interface RingCommand<D> {
    D destination();

    /** {@link Ring#bind}. */
    record Bind<D>(D destination, int weight) implements RingCommand<D> {
        public Bind {
            Ring.requireWeight(weight);
        }
    }

    /** {@link Ring#unbind}; any weight may be asked for, only the current one has an effect. */
    record Unbind<D>(D destination, int weight) implements RingCommand<D> {}

    /** {@link Ring#remove}. */
    record Remove<D>(D destination) implements RingCommand<D> {}
}
