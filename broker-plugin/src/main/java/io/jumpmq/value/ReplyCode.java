package io.jumpmq.value;

/** The reply codes of AMQP 0-9-1 (section 1.2 of the generated documentation), and what each closes. */
public enum ReplyCode {
    REPLY_SUCCESS(200, false),
    CONTENT_TOO_LARGE(311, false),
    NO_ROUTE(312, false),
    NO_CONSUMERS(313, false),
    CONNECTION_FORCED(320, true),
    INVALID_PATH(402, true),
    ACCESS_REFUSED(403, false),
    NOT_FOUND(404, false),
    RESOURCE_LOCKED(405, false),
    PRECONDITION_FAILED(406, false),
    FRAME_ERROR(501, true),
    SYNTAX_ERROR(502, true),
    COMMAND_INVALID(503, true),
    CHANNEL_ERROR(504, true),
    UNEXPECTED_FRAME(505, true),
    RESOURCE_ERROR(506, true),
    NOT_ALLOWED(530, true),
    NOT_IMPLEMENTED(540, true),
    INTERNAL_ERROR(541, true);

    private final int code;
    private final boolean closesConnection;

    ReplyCode(int code, boolean closesConnection) {
        this.code = code;
        this.closesConnection = closesConnection;
    }

    public int code() {
        return code;
    }

    /** Whether this ends the connection rather than just a channel. On channel 0 everything does. */
    public boolean closesConnection() {
        return closesConnection;
    }

    /** What the peer is told: the code's name and an explanation, cut to what a short string holds. */
    public String text(String explanation) {
        String text = name() + " - " + explanation;
        return ShortString.fits(text) ? text : ShortString.cut(text);
    }
}
