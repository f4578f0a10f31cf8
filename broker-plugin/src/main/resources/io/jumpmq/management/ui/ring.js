// The ring of a consistent-hash exchange: who owns which share, what was observed, what a change would move.

import { h, patch } from "./dom.js";
import { count, dateTime, decimal, percent, probability } from "./format.js";
import { attempt, badge, card, confirm, facts, notice, table } from "./parts.js";
import { keyOf, ringFigure, Tones } from "./ring-figure.js";
import { KeyTester } from "./ring-keys.js";
import { ChangePlan } from "./ring-plan.js";
import { WeightEditor } from "./ring-weights.js";
import { exchangeHref, href } from "./routes.js";

const LIST_COLUMNS = [
    { title: "Exchange", cell: ring => h("a", { href: href("rings", ring.vhost, ring.exchange) }, ring.exchange) },
    { title: "Virtual host", minor: true, cell: ring => ring.vhost },
    { title: "Algorithm", cell: ring => ring.algorithm },
    { title: "Destinations", numeric: true, cell: ring => count(ring.destinations) },
    { title: "Buckets", numeric: true, cell: ring => count(ring.bucket_count) },
    { title: "Epoch", numeric: true, cell: ring => String(ring.epoch) },
    { title: "Digest", minor: true, cell: ring => h("code", null, ring.digest) },
];
const HISTORY_COLUMNS = [
    { title: "When", cell: change => dateTime(change.at) },
    { title: "By", cell: change => (change.user === "" ? "(the broker)" : change.user) },
    { title: "Epoch", numeric: true, cell: change => String(change.epoch) },
    { title: "Keys moved", numeric: true, cell: change => percent(change.moved) },
    { title: "Buckets", numeric: true, minor: true, cell: change => count(change.bucket_count) },
    { title: "Weights", cell: change => told(change.changes) },
];
const TOLD = 8;

function told(changes) {
    const some = changes.slice(0, TOLD).map(c => `${c.destination}: ${c.weight_before} → ${c.weight_after}`);
    return changes.length > TOLD ? `${some.join(", ")}, and ${changes.length - TOLD} more` : some.join(", ");
}

export function ringsPage(view) {
    const list = h("div");
    view.title("Rings");
    view.add(card("Consistent-hash exchanges", list));
    view.live(async () => {
        const rings = await view.get(view.vhost === "" ? ["rings"] : ["rings", view.vhost]);
        patch(
            list,
            table({
                caption: "Rings",
                columns: LIST_COLUMNS,
                rows: rings,
                key: ring => JSON.stringify([ring.vhost, ring.exchange]),
                empty: "No exchange of type x-consistent-hash yet: declare one on the page of exchanges.",
            }),
        );
    });
}

/** Makes the ring what it was before a change, after telling what that moves. */
async function revert(view, path, change) {
    await attempt(async () => {
        const way = [...path, "history", String(change.epoch), "revert"];
        const preview = await view.get(way);
        const sure = await confirm({
            title: `Back to before epoch ${change.epoch}?`,
            told: [
                h(
                    "p",
                    { class: "moved" },
                    h("b", null, percent(preview.moved)),
                    " of the keys move, each to where it went then; this change and all since are undone.",
                ),
                h("p", null, told(preview.destinations.filter(d => d.weight_before !== d.weight_after))),
            ],
            button: "Revert",
        });
        if (sure) {
            const result = await view.send("POST", way, { query: { if_epoch: preview.before.epoch } });
            notice(`Reverted: ${percent(result.moved)} of the keys moved, epoch ${result.after.epoch}.`);
            await view.refresh();
        }
    });
}

const VERDICTS = {
    uniform: ["good", "The keys spread as evenly as chance would have it."],
    "not uniform": ["bad", "The keys do not spread as the weights say: this is more than chance."],
    "too few keys": ["plain", "Too few different keys were seen to judge."],
};

function verdict(u) {
    const [kind, text] = VERDICTS[u.verdict] ?? ["plain", ""];
    return [
        h("p", { class: "verdict" }, badge(u.verdict, kind), " ", text),
        facts([
            ["p-value", h("span", null, probability(u.p_value), h("small", null, ` (below ${u.alpha}: not uniform)`))],
            ["Chi-squared", u.chi_squared === null ? "–" : `${decimal(u.chi_squared)}, ${u.degrees_of_freedom} degrees of freedom`],
            ["Cramér's V", decimal(u.cramers_v, 4)],
            ["Largest to mean", decimal(u.max_to_mean, 3)],
            ["Different keys", `about ${count(u.distinct_keys)}; judged: ${count(u.sampled_keys)}`],
            ["Messages since this epoch", `${count(u.routed)} routed, ${count(u.unroutable)} unroutable`],
        ]),
    ];
}

export function ringPage(view) {
    const [vhost, exchange] = view.names;
    const path = ["rings", vhost, exchange];
    const tones = new Tones();
    const state = { ring: null, marked: null, located: null };
    const identity = h("span", { class: "muted" });
    const figure = h("div", { class: "figure" });
    const judged = h("div");
    const hot = h("div");
    const history = h("div");

    const draw = () => {
        if (state.ring !== null) {
            const planned = plan.preview?.destinations ?? null;
            patch(
                figure,
                ringFigure({ ...state, tones, planned, mark }),
                h("p", { class: "muted" }, planned ? "Outside: now. Inside: after the change." : "Point at a queue to see its buckets."),
            );
        }
    };
    const mark = marked => {
        state.marked = marked;
        editor.mark(marked);
        draw();
    };
    const plan = new ChangePlan(view, path, tones, { changed: draw, reset: () => editor.reset() });
    const editor = new WeightEditor(view, path, tones, plan, mark);
    const tester = new KeyTester(view, path, located => {
        state.located = located;
        draw();
    });
    const hotColumns = [
        { title: "Key", cell: key => h("code", null, key.key) },
        { title: "Share of messages", numeric: true, cell: key => percent(key.share) },
        { title: "Goes to", cell: key => key.destination ?? "(nowhere)" },
        {
            title: "Why",
            cell: key => h("button", { type: "button", onclick: () => attempt(() => tester.locate(key.key)) }, "Locate"),
        },
    ];

    const historyColumns = [
        ...HISTORY_COLUMNS,
        {
            title: "Change",
            cell: change =>
                h(
                    "button",
                    { type: "button", "aria-label": `Revert to before epoch ${change.epoch}`, onclick: () => revert(view, path, change) },
                    "Revert…",
                ),
        },
    ];

    view.title(exchange, identity, h("a", { class: "button", href: exchangeHref(vhost, exchange) }, "Its exchange"));
    view.add(
        h(
            "div",
            { class: "ring-page" },
            card("Ring", figure),
            card("Weights and shares", editor.element),
            plan.element,
        ),
        h(
            "div",
            { class: "columns" },
            card("Where does a key go?", tester.element),
            card("Uniformity", judged),
        ),
        card("Hot keys", hot),
        card("Changes", history),
    );
    view.live(async () => {
        const [ring, uniformity] = await Promise.all([view.get(path), view.get([...path, "uniformity"])]);
        const another = state.ring?.epoch !== ring.epoch;
        state.ring = ring;
        ring.destinations.forEach(destination => tones.of(keyOf(destination)));
        editor.show(ring, uniformity);
        draw();
        patch(
            identity,
            `${vhost} · ${ring.algorithm} · hashes the ${ring.hash_on} · epoch ${ring.epoch} · digest `,
            h("code", null, ring.digest),
        );
        patch(judged, verdict(uniformity));
        patch(
            hot,
            table({
                caption: "Hot keys",
                columns: hotColumns,
                rows: uniformity.hot_keys,
                key: key => key.key,
                empty: "No key has a large share of the messages.",
            }),
        );
        if (another) {
            const changes = await view.get([...path, "history"]);
            patch(history, table({ caption: "Changes of the ring", columns: historyColumns, rows: changes, key: c => c.epoch }));
            await tester.ringChanged(ring.hash_on);
        }
    });
}
