// The weights of a ring: changed by dragging or typing, previewed, applied.

import { h, newId, patch, svg } from "./dom.js";
import { swatch } from "./charts.js";
import { flowFigure } from "./flow-figure.js";
import { count, percent } from "./format.js";
import { badge, choice, field, notice, table, textInput } from "./parts.js";
import { exchangeHref, href } from "./routes.js";
import { keyOf } from "./ring-figure.js";

const HEAVIEST = 10_000;
const PREVIEW_AFTER_MILLIS = 250;
const ROWS = 100;

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
 * @param changed called when a preview came or went: the ring is drawn again
 * @param marked called with the key of the destination that is pointed at, or null
 */
export class WeightEditor {
    #view;
    #path;
    #tones;
    #changed;
    #marked;
    #draft = new Map();
    #rows = new Map();
    #ring = null;
    #observed = new Map();
    #preview = null;
    #round = 0;
    #filter = "";
    #applying = false;

    constructor(view, path, tones, changed, marked) {
        this.#view = view;
        this.#path = path;
        this.#tones = tones;
        this.#changed = changed;
        this.#marked = marked;
        // Roles are said aloud: where there is little room the table is laid out as blocks, which would take them away.
        this.tbody = h("tbody", { role: "rowgroup" });
        this.more = h("p", { class: "muted" });
        this.planned = h("div", { class: "preview" });
        this.announcement = h("p", { class: "unseen", role: "status" });
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
            this.planned,
            this.announcement,
        );
    }

    get preview() {
        return this.#preview;
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
        if (before !== null && before.epoch !== ring.epoch && !this.#applying) {
            this.#plan();
        }
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
        this.#plan(PREVIEW_AFTER_MILLIS);
    }

    #draw() {
        const known = new Set(this.#ring.destinations.map(keyOf));
        const added = [...this.#draft.values()].filter(d => !known.has(keyOf(d)));
        const all = [...this.#ring.destinations, ...added.map(d => ({ ...d, weight: 0, share: 0 }))];
        const fitting = all.filter(d => this.#draft.has(keyOf(d)) || d.destination.toLowerCase().includes(this.#filter));
        const shown = fitting.slice(0, ROWS);
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
            const weight = this.#draft.get(keyOf(d))?.weight ?? d.weight;
            for (const control of this.tbody.querySelectorAll(`[data-control="${CSS.escape(controls)}"]`)) {
                if (control !== document.activeElement || Number(control.value) === weight || control.type === "range") {
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
        const change = event => {
            const weight = Number(event.target.value);
            if (event.target.value !== "" && Number.isInteger(weight) && weight >= 0 && weight <= HEAVIEST) {
                this.#set(d, weight);
            }
        };
        const vhost = this.#path[1];
        const link = d.destination_type === "exchange" ? exchangeHref(vhost, d.destination) : href("queues", vhost, d.destination);
        return h(
            "tr",
            {
                "data-key": key,
                role: "row",
                class: draft ? "changed" : null,
                onpointerenter: () => this.#marked(key),
                onpointerleave: () => this.#marked(null),
            },
            h(
                "td",
                { role: "cell" },
                swatch(tone),
                h("a", { href: link }, d.destination),
                d.destination_type === "exchange" && badge("exchange"),
                draft && badge(draft.weight === 0 ? "leaves" : d.weight === 0 ? "new" : `was ${d.weight}`, "change"),
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
                    "data-control": control,
                    oninput: change,
                }),
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

    #weights() {
        return [...this.#draft.values()];
    }

    /** Asks what the changes would move. */
    #plan(after = 0) {
        const round = ++this.#round;
        clearTimeout(this.timer);
        this.timer = setTimeout(async () => {
            let preview = null;
            let problem = null;
            if (this.#draft.size > 0) {
                try {
                    preview = await this.#view.send("POST", [...this.#path, "preview"], { body: { weights: this.#weights() } });
                } catch (error) {
                    problem = error.message;
                }
            }
            if (round === this.#round) {
                this.#preview = preview;
                this.#drawPreview(problem);
                this.#changed();
            }
        }, after);
    }

    #reset() {
        this.#draft.clear();
        this.#draw();
        this.#plan();
    }

    #drawPreview(problem = null) {
        const preview = this.#preview;
        const reset = h("button", { type: "button", onclick: () => this.#reset() }, "Reset");
        if (problem !== null) {
            patch(this.planned, h("p", { class: "banner problem", role: "alert" }, problem), h("div", { class: "actions" }, reset));
            return;
        }
        if (preview === null) {
            patch(this.planned);
            return;
        }
        this.announcement.textContent = `This change moves ${percent(preview.moved)} of the keys.`;
        const columns = [
            { title: "From", cell: flow => flow.from ?? "(unroutable)" },
            { title: "To", cell: flow => flow.to ?? "(unroutable)" },
            { title: "Share of all keys", numeric: true, cell: flow => percent(flow.share) },
        ];
        patch(
            this.planned,
            h("h3", null, "Preview"),
            h(
                "p",
                { class: "moved" },
                h("b", null, percent(preview.moved)),
                " of the keys move; ",
                h("b", null, percent(1 - preview.moved)),
                ` stay where they are. ${count(preview.before.bucket_count)} buckets become ${count(preview.after.bucket_count)}.`,
            ),
            flowFigure(preview, this.#tones, this.element.clientWidth),
            h(
                "details",
                null,
                h("summary", null, `Who gives to whom (${preview.flows.length})`),
                table({ caption: "Flows of keys", columns, rows: preview.flows.slice(0, ROWS) }),
            ),
            h(
                "div",
                { class: "actions" },
                h("button", { type: "button", class: "primary", onclick: () => this.#apply() }, "Apply"),
                reset,
            ),
        );
    }

    async #apply() {
        const preview = this.#preview;
        if (preview === null || this.#applying) {
            return;
        }
        this.#applying = true;
        try {
            const result = await this.#view.send("PUT", [...this.#path, "weights"], {
                body: { weights: this.#weights(), if_epoch: preview.before.epoch },
            });
            this.#draft.clear();
            this.#preview = null;
            this.#round++;
            notice(`Applied: ${percent(result.moved)} of the keys moved, epoch ${result.after.epoch}.`);
        } catch (error) {
            notice(
                error.status === 412
                    ? "Somebody else changed this ring in the meantime, so nothing was applied. Your changes are kept, " +
                          "and the preview below starts from the ring as it is now: look at it, then apply again."
                    : error.message,
                "problem",
            );
            this.#plan();
        } finally {
            this.#applying = false;
        }
        this.#drawPreview();
        await this.#view.refresh();
    }
}
