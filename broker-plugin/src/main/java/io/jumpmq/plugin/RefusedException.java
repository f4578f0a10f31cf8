package io.jumpmq.plugin;

/** What a client asks for makes no sense to a type of exchange; the client is told why. */
public class RefusedException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /**
     * A refusal: PRECONDITION_FAILED (406) for a client of AMQP, 400 for one of HTTP.
     *
     * @param reason names the thing and the rule
     */
    public RefusedException(String reason) {
        super(reason, null, false, false);
    }
}
