// Addresses of pages: everything behind the "#", so that a reload and a bookmark find their way.

/** The address of a page, for a link. */
export function href(...segments) {
    return `#/${segments.map(encodeURIComponent).join("/")}`;
}

/** The names and the query of the address shown. An address that cannot be read is that of the start page. */
export function current() {
    const [path, query = ""] = location.hash.replace(/^#\/?/, "").split("?", 2);
    let segments;
    try {
        segments = path.split("/").map(decodeURIComponent);
    } catch {
        segments = [""];
    }
    return { segments, query: new URLSearchParams(query) };
}

/** Changes the query of the address shown, without a new entry in the browser's history. */
export function replaceQuery(query) {
    const path = location.hash.split("?", 1)[0];
    const text = query.toString();
    history.replaceState(null, "", text === "" ? path : `${path}?${text}`);
}

/** The default exchange has no name; in an address it needs one. */
export function exchangeHref(vhost, name) {
    return href("exchanges", vhost, name === "" ? "amq.default" : name);
}
