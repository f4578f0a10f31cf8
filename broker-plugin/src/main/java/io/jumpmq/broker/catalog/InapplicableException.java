package io.jumpmq.broker.catalog;

/** A change does not fit the catalog: a record that no decision of this version makes, or a defect. */
public final class InapplicableException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int SHOWN = 300;

    InapplicableException(Change change, RuntimeException reason) {
        super(shown(change) + " cannot be applied: " + reason.getMessage(), reason);
    }

    private static String shown(Change change) {
        String text = change.toString();
        return text.length() > SHOWN ? text.substring(0, SHOWN) + "…" : text;
    }
}
