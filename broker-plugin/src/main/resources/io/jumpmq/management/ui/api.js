// The broker's HTTP API, relative to this page, so that it works behind a proxy's path.

const STORED = "jumpmq.credentials";

/** An answer other than 2xx, or none at all (status 0). */
export class ApiError extends Error {
    constructor(status, error, reason) {
        super(reason);
        this.status = status;
        this.error = error;
    }
}

/** Keeps what to log in with, for this tab only. */
export function remember(user, password) {
    const bytes = new TextEncoder().encode(`${user}:${password}`);
    sessionStorage.setItem(STORED, btoa(String.fromCharCode(...bytes)));
}

export function forget() {
    sessionStorage.removeItem(STORED);
}

export function remembered() {
    return sessionStorage.getItem(STORED) !== null;
}

function segment(text) {
    // Browsers resolve "." and ".." even when percent-encoded: a queue named ".." would turn a request into another one.
    if (text === "." || text === "..") {
        throw new ApiError(0, "unaddressable", `A browser cannot address what is named “${text}”: use the command line.`);
    }
    return encodeURIComponent(text);
}

/**
 * Asks the broker.
 *
 * @param path the names of the path below `api/`, not encoded
 * @returns the document, or null when the answer has none
 */
export async function call(method, path, { query = {}, body, headers = {}, signal } = {}) {
    const parameters = new URLSearchParams(Object.entries(query).filter(([, value]) => value !== null && value !== ""));
    const url = `api/${path.map(segment).join("/")}${parameters.size > 0 ? `?${parameters}` : ""}`;
    let response;
    try {
        response = await fetch(url, {
            method,
            signal,
            credentials: "omit",
            cache: "no-store",
            headers: {
                authorization: `Basic ${sessionStorage.getItem(STORED) ?? ""}`,
                "x-requested-with": "JumpMQ",
                ...(body === undefined ? {} : { "content-type": "application/json" }),
                ...headers,
            },
            body: body === undefined ? undefined : JSON.stringify(body),
        });
    } catch (error) {
        if (error.name === "AbortError") {
            throw error;
        }
        throw new ApiError(0, "unreachable", "The broker does not answer.");
    }
    const text = await response.text();
    let document = null;
    try {
        document = text === "" ? null : JSON.parse(text);
    } catch {
        throw new ApiError(response.status, "unreadable", `The answer to ${method} ${url} is not JSON.`);
    }
    if (!response.ok) {
        const reason = typeof document?.reason === "string" ? document.reason : response.statusText;
        throw new ApiError(response.status, document?.error ?? "", reason || `Status ${response.status}`);
    }
    return document;
}
