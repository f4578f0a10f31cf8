// What pages are put together from: tables, forms, notices, questions.

import { h, newId } from "./dom.js";

/** A part of a page under a heading. */
export function card(title, ...children) {
    const id = newId("card");
    return h("section", { class: "card", "aria-labelledby": id }, h("h2", { id }, title), children);
}

/**
 * A table. A column is `{title, cell(item)}` and may have `numeric`, `minor` (left out where there is no room) and
 * `sort`, the field's name for the API, and `total(items)`, what stands below it. `total` names the line of these.
 */
export function table({ caption, columns, rows, key, sort, total, empty = "None." }) {
    if (rows.length === 0 && !sort) {
        return h("p", { class: "empty" }, empty);
    }
    const classes = column => [column.numeric && "numeric", column.minor && "minor"].filter(Boolean).join(" ") || null;
    const head = column => {
        if (!sort || !column.sort) {
            return h("th", { scope: "col", class: classes(column) }, column.title);
        }
        const active = sort.by === column.sort;
        return h(
            "th",
            {
                scope: "col",
                class: classes(column),
                "aria-sort": active ? (sort.reverse ? "descending" : "ascending") : "none",
            },
            h("button", { type: "button", class: "sort", onclick: () => sort.change(column.sort) }, column.title),
        );
    };
    const row = item =>
        h("tr", { "data-key": key?.(item) }, columns.map(column => h("td", { class: classes(column) }, column.cell(item))));
    const totals = total && columns.some(column => column.total);
    return h(
        "div",
        { class: "scroll", tabindex: 0, role: "region", "aria-label": caption },
        h(
            "table",
            null,
            h("caption", { class: "unseen" }, caption),
            h("thead", null, h("tr", null, columns.map(head))),
            h("tbody", null, rows.map(row)),
            totals &&
                h(
                    "tfoot",
                    null,
                    h(
                        "tr",
                        null,
                        h("th", { scope: "row" }, total),
                        columns.slice(1).map(column => h("td", { class: classes(column) }, column.total?.(rows))),
                    ),
                ),
        ),
        rows.length === 0 && h("p", { class: "empty" }, empty),
    );
}

/** Names and values. */
export function facts(entries) {
    return h(
        "dl",
        { class: "facts" },
        entries.filter(Boolean).map(([name, value]) => h("div", null, h("dt", null, name), h("dd", null, value))),
    );
}

/** One field of an object that can be anything, as text. */
export function jsonText(value) {
    return value === null || value === undefined || (typeof value === "object" && Object.keys(value).length === 0)
        ? "–"
        : h("code", null, JSON.stringify(value));
}

/** What is set of something, as badges. */
export function badges(texts) {
    const set = texts.filter(Boolean);
    return set.length === 0 ? "–" : set.map(text => badge(text));
}

export function badge(text, kind = "plain") {
    return h("span", { class: `badge ${kind}` }, text);
}

/** A control with its label, which may have a hint. */
export function field(label, control, hint) {
    control.id ||= newId("field");
    const hintId = hint && newId("hint");
    if (hintId) {
        control.setAttribute("aria-describedby", hintId);
    }
    return h(
        "div",
        { class: "field" },
        h("label", { for: control.id }, label),
        control,
        hint && h("small", { id: hintId }, hint),
    );
}

export function textInput(attributes) {
    return h("input", { autocomplete: "off", autocapitalize: "none", spellcheck: "false", ...attributes });
}

export function choice(options, attributes) {
    const select = h(
        "select",
        attributes,
        options.map(option => {
            const [value, text] = Array.isArray(option) ? option : [option, option];
            return h("option", { value }, text);
        }),
    );
    if (attributes?.value !== undefined) {
        select.value = attributes.value;
    }
    return select;
}

export function checkbox(label, attributes) {
    const input = h("input", { type: "checkbox", ...attributes });
    const id = newId("check");
    input.id = id;
    return { input, element: h("div", { class: "check" }, input, h("label", { for: id }, label)) };
}

/** A form that is busy while what it asks for is under way, and says what came of it. */
export function form({ fields, button, kind = "primary", submit }) {
    const press = h("button", { class: kind }, button);
    return h(
        "form",
        {
            class: "form",
            onsubmit: async event => {
                event.preventDefault();
                press.disabled = true;
                try {
                    await attempt(() => submit(event.target));
                } finally {
                    press.disabled = false;
                }
            },
        },
        fields,
        h("div", { class: "actions" }, press),
    );
}

/** A form that is unfolded when it is needed. */
export function folded(title, ...children) {
    return h("details", { class: "card folded" }, h("summary", null, title), children);
}

const MOST_NOTICES = 3;
const NOTICE_MILLIS = { done: 6_000, problem: 30_000 };

/** Tells the user something: read out by screen readers, gone after a while, but not while it is pointed at. */
export function notice(text, kind = "done") {
    let timer = 0;
    const close = () => item.remove();
    const wait = () => {
        clearTimeout(timer);
        timer = setTimeout(close, NOTICE_MILLIS[kind]);
    };
    const stay = () => clearTimeout(timer);
    const item = h(
        "div",
        {
            class: `notice ${kind}`,
            role: kind === "problem" ? "alert" : "status",
            onpointerenter: stay,
            onpointerleave: wait,
        },
        h("span", null, text),
        h("button", { type: "button", class: "quiet", "aria-label": "Dismiss", onclick: close }, "×"),
    );
    const notices = document.getElementById("notices");
    item.addEventListener("focusin", stay);
    item.addEventListener("focusout", wait);
    notices.append(item);
    wait();
    // More than a few cover what they are about.
    [...notices.querySelectorAll(`.${kind}`)].slice(0, -MOST_NOTICES).forEach(old => old.remove());
}

/** Does something for the user; what goes wrong is told. Returns whether it went well. */
export async function attempt(action) {
    try {
        await action();
        return true;
    } catch (error) {
        if (error.name !== "AbortError") {
            notice(error.message, "problem");
        }
        return false;
    }
}

/** Asks before something is destroyed: the name has to be typed. Resolves to whether to go on. */
export async function confirmByName({ title, text, name, button }) {
    // A field has one line: what cannot be typed is not asked for.
    const wanted = name.replace(/[\r\n]/g, "");
    const input = textInput({ oninput: () => (go.disabled = input.value !== wanted) });
    const go = h("button", { class: "danger", disabled: true, value: "go" }, button);
    const asked = [h("p", null, text), h("p", null, "To go on, type ", h("code", { class: "name" }, wanted)), field("Name", input)];
    return (await ask(title, asked, go)) && input.value === wanted;
}

/** Asks whether to do what is told. Resolves to whether to go on. */
export function confirm({ title, told, button }) {
    return ask(title, told, h("button", { class: "primary", value: "go" }, button));
}

function ask(title, asked, go) {
    const heading = newId("dialog");
    const dialog = h(
        "dialog",
        { "aria-labelledby": heading },
        h(
            "form",
            { method: "dialog" },
            h("h2", { id: heading }, title),
            asked,
            h(
                "div",
                { class: "actions" },
                h("button", { type: "button", onclick: () => dialog.close("") }, "Cancel"),
                go,
            ),
        ),
    );
    document.body.append(dialog);
    return new Promise(resolve => {
        dialog.addEventListener("close", () => {
            dialog.remove();
            resolve(dialog.returnValue === "go");
        });
        dialog.showModal();
        (dialog.querySelector("input") ?? go).focus();
    });
}
