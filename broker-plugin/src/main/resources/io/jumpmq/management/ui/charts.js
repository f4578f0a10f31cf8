// Lines over time, drawn as SVG, with a legend that tells the same as text.

import { h, patch, svg } from "./dom.js";
import { bytes, time } from "./format.js";
import { choice, field } from "./parts.js";

const HEIGHT = 190;
const LEFT = 60;
const RIGHT = 8;
const TOP = 8;
const BOTTOM = 22;
const TICKS = 4;

/** The next round number of the kind 1, 2, 5, 10, … */
function round(value) {
    const power = 10 ** Math.floor(Math.log10(value));
    return [1, 2, 5, 10].map(factor => factor * power).find(candidate => candidate >= value * 0.999);
}

/** The same in the largest unit of a kind that fits. */
function tick(value, factor) {
    const unit = factor === 1 ? 1 : factor ** Math.max(0, Math.floor(Math.log(value) / Math.log(factor)));
    return round(value / unit) * unit;
}

/**
 * Draws lines.
 *
 * @param series `{name, tone, points: [[millis, value], …]}`, oldest first
 * @param format tells a value as text
 */
export function drawLines(host, { title, series, format }) {
    const width = Math.max(280, host.clientWidth || 560);
    const drawn = series.filter(line => line.points.length > 0);
    const all = drawn.flatMap(line => line.points);
    const to = Math.max(...all.map(([at]) => at));
    const from = Math.min(to - 60_000, ...all.map(([at]) => at));
    // Whole numbers: what is shown may be a count.
    const step = Math.max(1, tick(Math.max(1, ...all.map(([, value]) => value)) / TICKS, format === bytes ? 1024 : 1));
    const top = step * TICKS;
    const x = at => LEFT + ((at - from) / (to - from)) * (width - LEFT - RIGHT);
    const y = value => TOP + (1 - value / top) * (HEIGHT - TOP - BOTTOM);
    const last = line => line.points.at(-1)?.[1];
    const told = series.map(line => `${line.name} ${format(last(line))}`).join(", ");
    const grid = Array.from({ length: TICKS + 1 }, (_, i) => i * step);
    const times = all.length === 0 ? [] : [from, (from + to) / 2, to];
    const anchor = ["start", "middle", "end"];
    patch(
        host,
        h("h3", null, title),
        svg(
            "svg",
            { class: "chart", width, height: HEIGHT, viewBox: `0 0 ${width} ${HEIGHT}`, role: "img", "aria-label": `${title}: ${told}` },
            grid.map(value => [
                svg("line", { class: "grid", x1: LEFT, x2: width - RIGHT, y1: y(value), y2: y(value) }),
                svg("text", { x: LEFT - 6, y: y(value) + 4, "text-anchor": "end" }, format(value).replace("/s", "")),
            ]),
            times.map((at, i) => svg("text", { x: x(at), y: HEIGHT - 5, "text-anchor": anchor[i] }, time(at))),
            // The first is drawn last: on top, where lines meet.
            drawn.toReversed().map(line =>
                svg("polyline", {
                    class: `line tone-${line.tone}`,
                    // A line of one point would not be seen.
                    points: [line.points[0], ...line.points].map(([at, value]) => `${x(at).toFixed(1)},${y(value).toFixed(1)}`).join(" "),
                }),
            ),
        ),
        h(
            "ul",
            { class: "legend" },
            series.map(line =>
                h("li", null, swatch(line.tone), h("span", null, line.name), h("b", null, format(last(line)))),
            ),
        ),
    );
}

/** A small square of a colour, for legends. */
export function swatch(tone) {
    return svg(
        "svg",
        { class: `swatch tone-${tone}`, width: 12, height: 12, "aria-hidden": "true" },
        svg("rect", { width: 12, height: 12, rx: 3 }),
    );
}

/** The broker's samples of a number, oldest first. */
export function levels(details) {
    return (details?.samples ?? []).map(({ sample, timestamp }) => [timestamp, sample]).reverse();
}

const SPANS = [
    ["60/5", "the last minute"],
    ["600/10", "ten minutes"],
    ["3600/60", "one hour"],
];

/** A choice of how far charts go back, and what to ask the broker for its samples of that. */
export function spanChoice(changed) {
    const input = choice(SPANS, { value: SPANS[0][0], onchange: changed });
    return {
        element: field("Show", input),
        query: () => {
            const [age, step] = input.value.split("/");
            return { lengths_age: age, lengths_incr: step, msg_rates_age: age, msg_rates_incr: step };
        },
    };
}

/** The growth per second between the broker's samples of a counter. */
export function growth(details) {
    const points = levels(details);
    return points.slice(1).map(([at, value], i) => [at, Math.max(0, ((value - points[i][1]) * 1000) / (at - points[i][0]))]);
}
