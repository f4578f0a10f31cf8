package io.jumpmq.management;

import io.jumpmq.broker.catalog.StaleEpochException;
import io.jumpmq.broker.queue.QueueUnreachableException;
import io.jumpmq.value.AmqpException;

/** A request that cannot be carried out: its status, and the two texts of RabbitMQ's error documents. */
final class HttpError extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private static final int BAD_REQUEST = 400;
    private static final int UNAUTHORIZED = 401;
    private static final int NOT_FOUND = 404;
    private static final int PRECONDITION_FAILED = 412;
    private static final int SERVICE_UNAVAILABLE = 503;
    private static final int INSUFFICIENT_STORAGE = 507;

    private final int status;
    private final String error;

    HttpError(int status, String error, String reason) {
        super(reason, null, false, false);
        this.status = status;
        this.error = error;
    }

    static HttpError badRequest(String reason) {
        return new HttpError(BAD_REQUEST, "bad_request", reason);
    }

    static HttpError notFound() {
        return new HttpError(NOT_FOUND, "Object Not Found", "Not Found");
    }

    static HttpError notAuthorised(String reason) {
        return new HttpError(UNAUTHORIZED, "not_authorised", reason);
    }

    /** As RabbitMQ's management answers what a channel would answer like this. */
    static HttpError of(AmqpException failure) {
        String reason = String.valueOf(failure.getMessage());
        if (failure instanceof StaleEpochException) {
            return new HttpError(PRECONDITION_FAILED, "epoch_mismatch", reason);
        }
        if (failure instanceof QueueUnreachableException) {
            return new HttpError(SERVICE_UNAVAILABLE, "unreachable", reason);
        }
        return switch (failure.reply()) {
            case NOT_FOUND -> new HttpError(NOT_FOUND, "not_found", reason);
            case ACCESS_REFUSED -> notAuthorised("ACCESS_REFUSED - " + reason);
            case RESOURCE_ERROR -> new HttpError(INSUFFICIENT_STORAGE, "insufficient_storage", reason);
            default -> badRequest(reason);
        };
    }

    int status() {
        return status;
    }

    String error() {
        return error;
    }

    String reason() {
        return String.valueOf(getMessage());
    }
}
