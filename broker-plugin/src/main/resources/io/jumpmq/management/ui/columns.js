// Which columns a list has: everybody's own choice, kept in the browser.

import { h, patch } from "./dom.js";
import { checkbox } from "./parts.js";

/** A column of numbers, with their sum below it. */
export function figures(title, value, format, more = {}) {
    return {
        title,
        numeric: true,
        cell: item => format(value(item)),
        total: items => format(items.reduce((sum, item) => sum + (value(item) ?? 0), 0)),
        ...more,
    };
}

/** The columns of one list. Those that are `extra` are shown only to who wants them; the first one always. */
export class ColumnChoice {
    #all;
    #key;
    #changed;

    /**
     * A choice among columns.
     *
     * @param name the list's
     * @param changed called when it is another one
     */
    constructor(name, all, changed) {
        this.#all = all;
        this.#key = `jumpmq.columns.${name}`;
        this.#changed = changed;
        this.boxes = h("div", { class: "choices" });
        this.element = h("details", { class: "chooser" }, h("summary", null, "Columns"), this.boxes);
        this.#closeElsewhere();
        this.#draw();
    }

    /** It lies over the list: whoever goes on there has done with it. */
    #closeElsewhere() {
        const element = this.element;
        const elsewhere = event => {
            if (!element.contains(event.target)) {
                element.open = false;
            }
        };
        element.addEventListener("toggle", () =>
            element.open ? document.addEventListener("pointerdown", elsewhere) : document.removeEventListener("pointerdown", elsewhere),
        );
        element.addEventListener("keydown", event => {
            if (event.key === "Escape") {
                element.open = false;
                element.querySelector("summary").focus();
            }
        });
    }

    /** Those to show. What somebody has chosen is shown however little room there is. */
    get shown() {
        const chosen = this.#chosen();
        return chosen === null
            ? this.#all.filter(column => !column.extra)
            : this.#all
                  .filter((column, i) => i === 0 || chosen.includes(column.title))
                  .map(column => ({ ...column, minor: false }));
    }

    #chosen() {
        try {
            const chosen = JSON.parse(localStorage.getItem(this.#key));
            return Array.isArray(chosen) ? chosen : null;
        } catch {
            return null;
        }
    }

    #choose(title, wanted) {
        const now = this.shown.map(column => column.title).filter(other => other !== title);
        localStorage.setItem(this.#key, JSON.stringify(wanted ? [...now, title] : now));
        this.#changed();
    }

    #draw() {
        const shown = new Set(this.shown.map(column => column.title));
        patch(
            this.boxes,
            this.#all.slice(1).map(({ title }) => {
                const box = checkbox(title, { onchange: event => this.#choose(title, event.target.checked) });
                box.input.checked = shown.has(title);
                return box.element;
            }),
            h("button", { type: "button", onclick: () => this.#forget() }, "As usual"),
        );
    }

    #forget() {
        localStorage.removeItem(this.#key);
        this.boxes.replaceChildren();
        this.#draw();
        this.element.querySelector("summary").focus();
        this.#changed();
    }
}
