// What a change of weights would move, and making it: never anything but what is shown.

import { h, newId, patch } from "./dom.js";
import { flowFigure } from "./flow-figure.js";
import { count, percent } from "./format.js";
import { notice, table } from "./parts.js";

const ROWS = 100;
const NAMES = 3;
const FLOW_COLUMNS = [
    { title: "From", cell: flow => flow.from ?? "(unroutable)" },
    { title: "To", cell: flow => flow.to ?? "(unroutable)" },
    { title: "Share of all keys", numeric: true, cell: flow => percent(flow.share) },
];

function someOf(names) {
    const some = names.slice(0, NAMES).join(", ");
    return names.length > NAMES ? `${some} and ${names.length - NAMES} more` : some;
}

/**
 * The preview of a change, with the button that makes it.
 *
 * @param changed called when a preview came or went: the ring is drawn again
 * @param reset called when the change is given up
 */
export class ChangePlan {
    #view;
    #path;
    #tones;
    #changed;
    #reset;
    #drafts = [];
    #preview = null;
    #previewed = [];
    #current = true;
    #problem = null;
    #applying = false;
    #round = 0;
    #timer = 0;

    constructor(view, path, tones, { changed, reset }) {
        this.#view = view;
        this.#path = path;
        this.#tones = tones;
        this.#changed = changed;
        this.#reset = reset;
        const id = newId("plan");
        this.heading = h("h2", { id, tabindex: -1 }, "Preview");
        this.body = h("div", { class: "preview" });
        this.announcement = h("p", { class: "unseen", role: "status" });
        this.element = h("section", { class: "card plan", "aria-labelledby": id }, this.heading, this.body, this.announcement);
        this.#draw();
    }

    /** What the broker said that the change would do; null while there is none. */
    get preview() {
        return this.#preview;
    }

    /** The weights to change are these now; one that is no weight is null. */
    follow(drafts, afterMillis = 0) {
        const round = ++this.#round;
        clearTimeout(this.#timer);
        this.#drafts = drafts;
        const wrong = drafts.filter(draft => draft.weight === null).map(draft => draft.destination);
        if (drafts.length === 0 || wrong.length > 0) {
            this.#settle(null, [], wrong.length > 0 ? `First correct the weight of ${someOf(wrong)}.` : null);
            return;
        }
        this.#current = false;
        this.#draw();
        this.#timer = setTimeout(() => this.#ask(round), afterMillis);
    }

    async #ask(round) {
        const weights = this.#drafts;
        let preview = null;
        let problem = null;
        try {
            preview = await this.#view.send("POST", [...this.#path, "preview"], { body: { weights } });
        } catch (error) {
            problem = error.message;
        }
        if (round === this.#round) {
            this.#settle(preview, weights, problem);
        }
    }

    #settle(preview, weights, problem) {
        this.#preview = preview;
        this.#previewed = weights;
        this.#problem = problem;
        this.#current = true;
        this.announcement.textContent = preview === null ? "" : `This change moves ${percent(preview.moved)} of the keys.`;
        this.#draw();
        this.#changed();
    }

    #draw() {
        const idle = this.#drafts.length === 0;
        const preview = this.#preview;
        this.element.classList.toggle("idle", idle);
        this.body.setAttribute("aria-busy", !this.#current);
        if (idle) {
            patch(this.body, h("p", { class: "muted" }, "Change a weight: what it would move is told here before anything is applied."));
            return;
        }
        const mayApply = preview !== null && this.#current && !this.#applying;
        patch(
            this.body,
            h("div", { "data-key": "said" }, this.#said()),
            h(
                "div",
                { class: "actions", "data-key": "actions" },
                h("button", { type: "button", class: "primary", disabled: !mayApply, onclick: () => this.#apply() }, "Apply"),
                h("button", { type: "button", disabled: this.#applying, onclick: this.#reset }, "Reset"),
            ),
            preview !== null &&
                h(
                    "div",
                    { class: "flow", "data-key": "flow" },
                    flowFigure(preview, this.#tones, this.body.clientWidth),
                    h(
                        "details",
                        null,
                        h("summary", null, `Who gives to whom (${preview.flows.length})`),
                        table({ caption: "Flows of keys", columns: FLOW_COLUMNS, rows: preview.flows.slice(0, ROWS) }),
                    ),
                ),
        );
    }

    #said() {
        const preview = this.#preview;
        if (this.#problem !== null) {
            return h("p", { class: "problem", role: "alert" }, this.#problem);
        }
        if (preview === null) {
            return h("p", { class: "muted" }, "Asking the broker…");
        }
        return h(
            "p",
            { class: "moved" },
            h("b", null, percent(preview.moved)),
            " of the keys move; ",
            h("b", null, percent(1 - preview.moved)),
            ` stay where they are. ${count(preview.before.bucket_count)} buckets become ${count(preview.after.bucket_count)}.`,
        );
    }

    async #apply() {
        this.#applying = true;
        this.#draw();
        try {
            const result = await this.#view.send("PUT", [...this.#path, "weights"], {
                body: { weights: this.#previewed, if_epoch: this.#preview.before.epoch },
            });
            notice(`Applied: ${percent(result.moved)} of the keys moved, epoch ${result.after.epoch}.`);
        } catch (error) {
            notice(
                error.status === 412
                    ? "Somebody else changed this ring in the meantime, so nothing was applied. Your changes are kept, " +
                          "and the preview starts from the ring as it is now: look at it, then apply again."
                    : error.message,
                "problem",
            );
            this.follow(this.#drafts);
        }
        // What was applied is no draft any more once the ring is seen to have it.
        await this.#view.refresh();
        this.#applying = false;
        this.#draw();
        if (document.activeElement === document.body) {
            this.heading.focus({ preventScroll: true });
        }
    }
}
