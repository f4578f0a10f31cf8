package io.jumpmq.session;

/** Told what an operator may want to know; the shell logs it. Called on the connection's loop. */
public interface ConnectionListener {
    /** A client has told what it calls itself, before it has logged in. */
    void named(String clientName);

    /** A user has logged in. */
    void opened(String user, String vhost);

    /** A client was turned away, or made a mistake that ends its connection. */
    void failed(String reason);

    /** A mistake that ended a channel. */
    void channelFailed(int channel, String reason);

    /** It ends in order: the client has said goodbye, or an operator, or the server. */
    void closing(String why);

    /** Something that outlives the connection was deleted or emptied. */
    void removed(String what);
}
