// The weights of a ring: changed by dragging or typing.

import { h, newId, patch, svg } from "./dom.js";
import { swatch } from "./charts.js";
import { count, percent } from "./format.js";
import { badge, choice, field, textInput } from "./parts.js";
import { exchangeHref, href } from "./routes.js";
import { keyOf } from "./ring-figure.js";

const HEAVIEST = 10_000;
const PREVIEW_AFTER_MILLIS = 250;
const ROWS = 100;

/** The weight that a text tells; null when it tells none. */
function weightOf(text) {
    return /^\d+$/.test(text) && Number(text) <= HEAVIEST ? Number(text) : null;
}

/** The share that a destination has against the one it should have: a bar, and a mark where it ought to end. */
function comparison(share, observed, largest, tone) {
    const x = value => ((value / largest) * 100).toFixed(2);
    return svg(
        "svg",
        { class: `comparison tone-${tone}`, viewBox: "0 0 100 12", preserveAspectRatio: "none", "aria-hidden": "true" },
        svg("rect", { class: "track", width: 100, height: 12 }),
        svg("rect", { class: "fill", width: x(observed ?? 0), height: 12 }),
        svg("rect", { class: "mark", x: x(share), width: 1.2, height: 12 }),
    );
}

/**
 * The table of destinations with their weights.
 *
 * @param plan what is told of the weights that are changed
 * @param marked called with the key of the destination that is pointed at, or null
 */
export class WeightEditor {
    #view;
    #path;
    #tones;
    #plan;
    #marked;
    #draft = new Map();
    #rows = new Map();
    #ring = null;
    #observed = new Map();
    #filter = "";
    #markedKey = null;

    constructor(view, path, tones, plan, marked) {
        this.#view = view;
        this.#path = path;
        this.#tones = tones;
        this.#plan = plan;
        this.#marked = marked;
        // Roles are said aloud: where there is little room the table is laid out as blocks, which would take them away.
        this.tbody = h("tbody", { role: "rowgroup" });
        this.more = h("p", { class: "muted" });
        this.filterField = field(
            "Filter by name",
            textInput({
                type: "search",
                oninput: event => {
                    this.#filter = event.target.value.toLowerCase();
                    this.#draw();
                },
            }),
        );
        this.filterField.classList.add("weights-filter");
        this.addition = this.#additionForm();
        this.element = h(
            "div",
            null,
            this.filterField,
            h(
                "table",
                { class: "weights", role: "table" },
                h("caption", { class: "unseen" }, "Destinations of the ring, their weights and shares"),
                h(
                    "thead",
                    { role: "rowgroup" },
                    h(
                        "tr",
                        { role: "row" },
                        ["Destination", "Weight", "Expected", "Observed", "Keys sampled"].map((title, i) =>
                            h("th", { scope: "col", role: "columnheader", class: i > 1 ? "numeric" : null }, title),
                        ),
                    ),
                ),
                this.tbody,
            ),
            this.more,
            this.addition,
        );
    }

    /** What the broker says now. */
    show(ring, uniformity) {
        const before = this.#ring;
        this.#ring = ring;
        this.#observed = new Map(uniformity.destinations.map(destination => [keyOf(destination), destination]));
        const weights = new Map(ring.destinations.map(d => [keyOf(d), d.weight]));
        for (const [key, { weight }] of this.#draft) {
            if (weight === (weights.get(key) ?? 0)) {
                this.#draft.delete(key);
            }
        }
        this.#draw();
        if (before !== null && before.epoch !== ring.epoch) {
            this.#plan.follow([...this.#draft.values()]);
        }
    }

    /** Marks the row of a destination, by its key; null: none. */
    mark(key) {
        this.#markedKey = key;
        for (const row of this.tbody.children) {
            row.classList.toggle("marked", row.getAttribute("data-key") === key);
        }
    }

    /** Gives up all changes. */
    reset() {
        this.#draft.clear();
        this.#draw();
        this.#plan.follow([]);
    }

    /** A new queue is dragged onto the ring by its name. */
    #additionForm() {
        const known = h("datalist", { id: newId("queues") });
        const type = choice([["queue", "queue"], ["exchange", "exchange"]]);
        const name = textInput({
            list: known.id,
            required: true,
            onfocus: async () => {
                const [vhost] = this.#path.slice(1);
                const { items } = await this.#view.get(["queues", vhost], { page: 1, page_size: 500, columns: "name" });
                patch(known, items.map(queue => h("option", { value: queue.name })));
            },
        });
        return h(
            "form",
            {
                class: "inline",
                onsubmit: event => {
                    event.preventDefault();
                    const destination = { destination: name.value, destination_type: type.value };
                    if (!this.#ring.destinations.some(d => keyOf(d) === keyOf(destination))) {
                        this.#set(destination, 1);
                    }
                    name.value = "";
                },
            },
            known,
            field("Put on the ring", name),
            field("Type", type),
            h("button", null, "Add"),
        );
    }

    /** A weight was typed or dragged; null: what was typed is none. */
    #set(destination, weight) {
        const key = keyOf(destination);
        const now = this.#ring.destinations.find(d => keyOf(d) === key);
        if (weight === (now?.weight ?? 0)) {
            this.#draft.delete(key);
        } else {
            this.#draft.set(key, {
                destination: destination.destination,
                destination_type: destination.destination_type,
                weight,
            });
        }
        this.#draw();
        this.#plan.follow([...this.#draft.values()], PREVIEW_AFTER_MILLIS);
    }

    #draw() {
        const known = new Set(this.#ring.destinations.map(keyOf));
        const added = [...this.#draft.values()].filter(d => !known.has(keyOf(d)));
        const all = [...this.#ring.destinations, ...added.map(d => ({ ...d, weight: 0, share: 0 }))];
        const isChanged = d => this.#draft.has(keyOf(d));
        const fitting = all.filter(d => isChanged(d) || d.destination.toLowerCase().includes(this.#filter));
        // What is going to be applied is always in sight.
        const shown = fitting.filter((d, i) => i < ROWS || isChanged(d));
        const largest = Math.max(0.01, ...all.map(d => Math.max(d.share, this.#observed.get(keyOf(d))?.routed_share ?? 0)));
        const heaviest = Math.max(...all.map(d => d.weight));
        this.filterField.hidden = all.length <= 10;
        patch(
            this.tbody,
            all.length === 0 && h("tr", { role: "row" }, h("td", { colspan: 5, role: "cell", class: "empty" }, "Nothing is on the ring: messages are unroutable.")),
            shown.map(d => this.#row(d, largest, heaviest)),
        );
        // Fields keep what their user types; all others follow the broker.
        for (const d of shown) {
            const controls = this.#rows.get(keyOf(d));
            const draft = this.#draft.get(keyOf(d));
            if (draft?.weight === null) {
                continue;
            }
            const weight = draft?.weight ?? d.weight;
            for (const control of this.tbody.querySelectorAll(`[data-control="${CSS.escape(controls)}"]`)) {
                if (control !== document.activeElement || draft === undefined || control.type === "range") {
                    control.value = weight;
                }
            }
        }
        this.more.textContent =
            fitting.length > shown.length ? `${count(fitting.length - shown.length)} more: filter by name to see them.` : "";
    }

    #row(d, largest, heaviest) {
        const key = keyOf(d);
        if (!this.#rows.has(key)) {
            this.#rows.set(key, newId("weight"));
        }
        const control = this.#rows.get(key);
        const observed = this.#observed.get(key);
        const draft = this.#draft.get(key);
        const tone = this.#tones.of(key);
        const wrong = draft?.weight === null;
        const change = event => this.#set(d, weightOf(event.target.value));
        const vhost = this.#path[1];
        const link = d.destination_type === "exchange" ? exchangeHref(vhost, d.destination) : href("queues", vhost, d.destination);
        return h(
            "tr",
            {
                "data-key": key,
                role: "row",
                class: `${draft ? "changed" : ""} ${key === this.#markedKey ? "marked" : ""}`,
                onpointerenter: () => this.#marked(key),
                onpointerleave: () => this.#marked(null),
            },
            h(
                "td",
                { role: "cell" },
                swatch(tone),
                h("a", { href: link }, d.destination),
                d.destination_type === "exchange" && badge("exchange"),
                draft && !wrong && badge(draft.weight === 0 ? "leaves" : d.weight === 0 ? "new" : `was ${d.weight}`, "change"),
            ),
            h(
                "td",
                { class: "weight", role: "cell" },
                h("input", {
                    type: "range",
                    min: 0,
                    max: Math.min(HEAVIEST, Math.max(10, heaviest * 2)),
                    "aria-label": `Weight of ${d.destination}, by dragging`,
                    "data-control": control,
                    oninput: change,
                }),
                h("input", {
                    type: "number",
                    min: 0,
                    max: HEAVIEST,
                    "aria-label": `Weight of ${d.destination}`,
                    "aria-invalid": wrong && "true",
                    "aria-describedby": wrong && `${control}-wrong`,
                    "data-control": control,
                    oninput: change,
                }),
                wrong && h("small", { id: `${control}-wrong`, class: "problem" }, `A whole number from 0 to ${count(HEAVIEST)}.`),
            ),
            h("td", { class: "numeric", role: "cell", "data-label": "Expected" }, percent(d.share)),
            h(
                "td",
                { class: "numeric observed", role: "cell", "data-label": "Observed" },
                h("span", null, percent(observed?.routed_share)),
                comparison(d.share, observed?.routed_share, largest, tone),
            ),
            h("td", { class: "numeric", role: "cell", "data-label": "Keys sampled" }, percent(observed?.sampled_share)),
        );
    }
}
