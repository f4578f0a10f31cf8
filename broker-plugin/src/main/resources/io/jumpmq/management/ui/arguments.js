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

/**
 * Rows to fill in. `known` are names to offer, with their types.
 *
 * @returns the element, and `value()`: the object, or an Error that says what is wrong
 */
export function argumentsEditor(title, known = {}) {
    const rows = new Set();
    const list = h("datalist", { id: newId("known") }, Object.keys(known).map(name => h("option", { value: name })));
    const body = h("div", { class: "rows" });
    const add = () => {
        const type = choice(Object.keys(READERS), { "aria-label": `${title}: type` });
        const name = textInput({
            "aria-label": `${title}: name`,
            placeholder: "name",
            list: list.id,
            onchange: () => {
                if (Object.hasOwn(known, name.value)) {
                    type.value = known[name.value];
                }
            },
        });
        const value = textInput({ "aria-label": `${title}: value`, placeholder: "value" });
        const row = { name, value, type };
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
        );
        rows.add(row);
        body.append(element);
        name.focus();
    };
    return {
        element: h(
            "fieldset",
            { class: "arguments" },
            h("legend", null, title),
            list,
            body,
            h("button", { type: "button", onclick: add }, "Add a row"),
        ),
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
