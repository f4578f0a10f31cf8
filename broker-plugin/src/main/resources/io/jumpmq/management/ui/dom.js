// Elements, and keeping them up to date. Text only ever becomes text nodes: names are whatever a client chose.

const SVG = "http://www.w3.org/2000/svg";
const HANDLERS = [
    "onclick", "oninput", "onchange", "onsubmit", "onpointerenter", "onpointerleave", "onpointermove", "onfocus", "onblur",
];
const PROPERTIES = new Set([...HANDLERS, "value"]);

/** An element: attributes by name, handlers as functions, then children: nodes, texts, or lists of them; null is nothing. */
export function h(tag, attributes, ...children) {
    return filled(document.createElement(tag), attributes, children);
}

/** The same for SVG. */
export function svg(tag, attributes, ...children) {
    return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(element, attributes, children) {
    for (const [name, value] of Object.entries(attributes ?? {})) {
        if (value === null || value === undefined || value === false) {
            continue;
        }
        if (PROPERTIES.has(name)) {
            element[name] = value;
        } else {
            element.setAttribute(name, value === true ? "" : value);
        }
    }
    element.append(...nodes(children));
    return element;
}

function nodes(children) {
    return children
        .flat(Infinity)
        .filter(child => child !== null && child !== undefined && child !== false)
        .map(child => (child instanceof Node ? child : document.createTextNode(String(child))));
}

let ids = 0;

/** An id that no other element has. */
export function newId(prefix) {
    ids++;
    return `${prefix}-${ids}`;
}

/**
 * Gives an element these children, keeping the nodes that stay, so that focus, selection and scrolling survive a
 * refresh. Children with a `data-key` are matched by it, others by place. What a user typed into a field is not touched.
 */
export function patch(parent, ...children) {
    const keyed = new Map();
    for (const child of parent.children) {
        if (child.hasAttribute("data-key")) {
            keyed.set(child.getAttribute("data-key"), child);
        }
    }
    let next = parent.firstChild;
    for (const fresh of nodes(children)) {
        const key = keyOf(fresh);
        const old = key === null ? next : keyed.get(key);
        if (old && old.nodeName === fresh.nodeName && keyOf(old) === key) {
            if (old === next) {
                next = next.nextSibling;
            } else {
                parent.insertBefore(old, next);
            }
            keyed.delete(key);
            update(old, fresh);
        } else {
            parent.insertBefore(fresh, next);
        }
    }
    while (next) {
        const gone = next;
        next = next.nextSibling;
        gone.remove();
    }
}

function keyOf(node) {
    return node instanceof Element ? node.getAttribute("data-key") : null;
}

function update(old, fresh) {
    if (!(old instanceof Element)) {
        if (old.nodeValue !== fresh.nodeValue) {
            old.nodeValue = fresh.nodeValue;
        }
        return;
    }
    for (const { name } of [...old.attributes]) {
        // Whether a part is unfolded is the user's to say.
        if (!fresh.hasAttribute(name) && name !== "open") {
            old.removeAttribute(name);
        }
    }
    for (const { name, value } of fresh.attributes) {
        if (old.getAttribute(name) !== value) {
            old.setAttribute(name, value);
        }
    }
    for (const handler of HANDLERS) {
        if (old[handler] !== fresh[handler]) {
            old[handler] = fresh[handler];
        }
    }
    patch(old, ...fresh.childNodes);
}
