package io.jumpmq.value;

/** Something that is answered by closing a channel or a connection. Without a stack trace: it is an answer, not a defect. */
public class AmqpException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final ReplyCode reply;

    /**
     * An error.
     *
     * @param text names the thing and the rule, without the reply code's name
     */
    public AmqpException(ReplyCode reply, String text) {
        super(text, null, false, false);
        this.reply = reply;
    }

    public ReplyCode reply() {
        return reply;
    }

    /** What the peer is told. */
    public String replyText() {
        return reply.text(String.valueOf(getMessage()));
    }
}
