// The ring, drawn: every bucket a sector in its destination's colour.

import { svg } from "./dom.js";
import { count, percent, shortened } from "./format.js";

// A ring of more runs than this is sampled, so that a million buckets draw as fast as ten.
const CELLS = 720;
const OUTER = 150;
const INNER = 112;
const PLANNED_OUTER = 106;
const PLANNED_INNER = 92;

/** As many as tones.css has. */
const COLOURS = 48;

/** Colours, given to destinations in the order in which they appear, and kept. Beyond the last they begin again. */
export class Tones {
    #given = new Map();

    of(key) {
        if (!this.#given.has(key)) {
            this.#given.set(key, this.#given.size % COLOURS);
        }
        return this.#given.get(key);
    }
}

/** What distinguishes a destination: an exchange may be called like a queue. */
export function keyOf({ destination, destination_type }) {
    return JSON.stringify([destination_type, destination]);
}

function point(radius, turn) {
    const angle = (turn - 0.25) * 2 * Math.PI;
    return `${(radius * Math.cos(angle)).toFixed(2)} ${(radius * Math.sin(angle)).toFixed(2)}`;
}

/** A sector between two radii; turns from 0 to 1, clockwise from the top. */
function sector(from, to, outer, inner) {
    if (to - from > 0.5) {
        // An arc of a full turn has no length: two halves do.
        const middle = (from + to) / 2;
        return sector(from, middle, outer, inner) + sector(middle, to, outer, inner);
    }
    return (
        `M${point(outer, from)}A${outer} ${outer} 0 0 1 ${point(outer, to)}` +
        `L${point(inner, to)}A${inner} ${inner} 0 0 0 ${point(inner, from)}Z`
    );
}

/** `[owner, from, to]` around the ring. */
function runs(ring) {
    const total = ring.bucket_count;
    if (ring.buckets.length <= CELLS) {
        let at = 0;
        return ring.buckets.map(([owner, length]) => [owner, at / total, (at += length) / total]);
    }
    const cells = [];
    let run = 0;
    let end = ring.buckets[0][1];
    for (let cell = 0; cell < CELLS; cell++) {
        const middle = Math.floor(((cell + 0.5) / CELLS) * total);
        while (end <= middle) {
            run++;
            end += ring.buckets[run][1];
        }
        const owner = ring.buckets[run][0];
        const last = cells.at(-1);
        if (last?.[0] === owner) {
            last[2] = (cell + 1) / CELLS;
        } else {
            cells.push([owner, cell / CELLS, (cell + 1) / CELLS]);
        }
    }
    return cells;
}

function path(tone, key, shape, { marked, mark, thin, plan }) {
    const dim = marked !== null && marked !== key;
    return svg("path", {
        onpointerenter: () => mark(key),
        onpointerleave: () => mark(null),
        "data-key": plan ? `plan ${key}` : key,
        class: `sector tone-${tone} ${thin ? "thin" : ""} ${dim ? "dim" : ""} ${plan ? "plan" : ""}`,
        d: shape,
    });
}

/**
 * Draws a ring.
 *
 * @param planned shares after a change that is not yet made: an inner ring; or null
 * @param marked the key of the destination to tell more about, or null
 * @param mark called with the key of the one that is pointed at, or null
 * @param located the bucket to point at, or null
 */
export function ringFigure({ ring, tones, planned, marked, mark, located }) {
    const all = runs(ring);
    const shapes = new Map();
    for (const [owner, from, to] of all) {
        const key = keyOf(ring.destinations[owner]);
        shapes.set(key, (shapes.get(key) ?? "") + sector(from, to, OUTER, INNER));
    }
    const thin = all.length > 180;
    let at = 0;
    const plan = (planned ?? [])
        .filter(destination => destination.share_after > 0)
        .map(destination => {
            const key = keyOf(destination);
            const shape = sector(at, (at += destination.share_after), PLANNED_OUTER, PLANNED_INNER);
            return path(tones.of(key), key, shape, { marked, mark, thin: true, plan: true });
        });
    const focus = ring.destinations.find(destination => keyOf(destination) === marked);
    const lines = focus
        ? [percent(focus.share), shortened(focus.destination, 18), `${count(focus.weight)} of ${count(ring.bucket_count)} buckets`]
        : [count(ring.bucket_count), ring.bucket_count === 1 ? "bucket" : "buckets", `epoch ${ring.epoch}`];
    const label =
        `Ring of ${ring.bucket_count} buckets: ` +
        ring.destinations.slice(0, 20).map(d => `${d.destination} ${percent(d.share)}`).join(", ");
    return svg(
        "svg",
        { class: "ring", viewBox: "-175 -175 350 350", role: "img", "aria-label": label },
        ring.bucket_count === 0 && svg("circle", { class: "vacant", r: (OUTER + INNER) / 2 }),
        [...shapes].map(([key, shape]) => path(tones.of(key), key, shape, { marked, mark, thin })),
        plan,
        located !== null && located < ring.bucket_count && pointer((located + 0.5) / ring.bucket_count),
        lines.map((line, i) => svg("text", { class: `center line-${i}`, y: [-4, 22, 44][i], "text-anchor": "middle" }, line)),
    );
}

function pointer(turn) {
    return svg("path", {
        "data-key": "pointer",
        class: "pointer",
        d: `M${point(OUTER + 3, turn)}L${point(OUTER + 18, turn - 0.012)}L${point(OUTER + 18, turn + 0.012)}Z`,
    });
}
