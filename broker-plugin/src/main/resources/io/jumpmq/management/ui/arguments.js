// Arguments and headers: names with typed values, a row each.

import { h, newId } from "./dom.js";
import { choice, textInput } from "./parts.js";

const READERS = {
    text: value => value,
    number: value => {
        const number = Number(value);
        if (value.trim() === "" || !Number.isFinite(number)) {
            throw new Error(`“${value}” is not a number.`);
        }
        if (Number.isInteger(number) && !Number.isSafeInteger(number)) {
            throw new Error(`“${value}” is too large a number for a browser: use the command line.`);
        }
        return number;
    },
    boolean: value => {
        if (value !== "true" && value !== "false") {
            throw new Error(`“${value}” is neither true nor false.`);
        }
        return value === "true";
    },
    JSON: value => {
        try {
            return JSON.parse(value);
        } catch {
            throw new Error(`“${value}” is not JSON.`);
        }
    },
};

function typeOf(value) {
    return { string: "text", number: "number", boolean: "boolean" }[typeof value] ?? "JSON";
}

/**
 * Rows to fill in. `known` are names to offer, each with its type or with `[type, what it means]`.
 *
 * @returns the element; `value()`: the object, or an Error that says what is wrong; and `set(object)`, which fills the rows in
 */
export function argumentsEditor(title, known = {}) {
    const rows = new Set();
    const [types, hints] = [0, 1].map(part =>
        Object.fromEntries(Object.entries(known).map(([name, told]) => [name, [told].flat()[part] ?? ""])),
    );
    const list = h(
        "datalist",
        { id: newId("known") },
        Object.keys(known).map(name => h("option", { value: name }, hints[name])),
    );
    const body = h("div", { class: "rows" });
    const add = () => {
        const type = choice(Object.keys(READERS), { "aria-label": `${title}: type` });
        const hint = h("small", { id: newId("hint") });
        const name = textInput({
            "aria-describedby": hint.id,
            "aria-label": `${title}: name`,
            placeholder: "name",
            list: list.id,
            oninput: () => tell(),
        });
        const tell = () => {
            const isKnown = Object.hasOwn(known, name.value);
            hint.textContent = isKnown ? hints[name.value] : "";
            if (isKnown) {
                type.value = types[name.value];
            }
        };
        const value = textInput({ "aria-label": `${title}: value`, placeholder: "value" });
        const row = { name, value, type, tell };
        const remove = () => {
            rows.delete(row);
            element.remove();
        };
        const element = h(
            "div",
            { class: "row" },
            name,
            value,
            type,
            h("button", { type: "button", class: "quiet", "aria-label": `${title}: remove this row`, onclick: remove }, "×"),
            hint,
        );
        rows.add(row);
        body.append(element);
        return row;
    };
    const set = object => {
        rows.clear();
        body.replaceChildren();
        for (const [name, value] of Object.entries(object)) {
            const row = add();
            row.name.value = name;
            row.tell();
            row.type.value = typeOf(value);
            row.value.value = typeof value === "object" ? JSON.stringify(value) : String(value);
        }
    };
    return {
        element: h(
            "fieldset",
            { class: "arguments" },
            h("legend", null, title),
            list,
            body,
            h("button", { type: "button", onclick: () => add().name.focus() }, "Add a row"),
        ),
        set,
        value: () => {
            const all = {};
            for (const { name, value, type } of rows) {
                if (name.value === "" && value.value === "") {
                    continue;
                }
                // Neither is a value left out, nor one of two: what is sent is what is seen.
                if (name.value === "" || Object.hasOwn(all, name.value)) {
                    name.focus();
                    throw new Error(name.value === "" ? `“${value.value}” has no name.` : `“${name.value}” is there twice.`);
                }
                all[name.value] = READERS[type.value](value.value);
            }
            return all;
        },
    };
}
