package io.jumpmq.broker.loop;

/** Takes what another loop sent, on its own loop. */
@FunctionalInterface
public interface Receiver<M> {
    void receive(M message);
}
