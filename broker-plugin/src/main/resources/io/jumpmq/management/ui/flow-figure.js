// Who gives keys to whom: shares before on the left, after on the right, bands between them.

import { svg } from "./dom.js";
import { percent, shortened } from "./format.js";
import { keyOf } from "./ring-figure.js";

const HEIGHT = 260;
const NARROW_HEIGHT = 200;
const GAP = 6;
const BAR = 12;
// More bands than this tell nothing; the table beside them has them all.
const MOST_DESTINATIONS = 16;

const UNROUTABLE = "unroutable";

const end = (type, name) => (name === null || name === undefined ? UNROUTABLE : JSON.stringify([type, name]));

function stacked(entries, height) {
    const shown = entries.filter(entry => entry.share > 0);
    const scale = (height - GAP * Math.max(0, shown.length - 1)) / shown.reduce((sum, entry) => sum + entry.share, 0);
    let at = 0;
    return new Map(
        shown.map(entry => {
            const its = entry.share * scale;
            const place = { ...entry, top: at, height: its, scale, next: at };
            at += its + GAP;
            return [entry.key, place];
        }),
    );
}

/** The drawing of a preview, as wide as there is room; null when there is too much to draw. */
export function flowFigure(preview, tones, room) {
    if (preview.destinations.length > MOST_DESTINATIONS) {
        return null;
    }
    const width = Math.min(640, Math.max(260, room));
    const [height, margin, letters] = width < 480 ? [NARROW_HEIGHT, 104, 6] : [HEIGHT, 130, 11];
    const side = share => preview.destinations.map(d => ({ key: keyOf(d), name: d.destination, share: d[share] }));
    const ends = share => {
        const entries = side(share);
        return entries.some(entry => entry.share > 0) ? entries : [{ key: UNROUTABLE, name: UNROUTABLE, share: 1 }];
    };
    const left = stacked(ends("share_before"), height);
    const right = stacked(ends("share_after"), height);
    const flows = preview.flows.map(flow => ({
        from: end(flow.from_type, flow.from),
        to: end(flow.to_type, flow.to),
        share: flow.share,
    }));
    const stays = [...left.values()].map(({ key, share }) => ({
        from: key,
        to: key,
        share: share - flows.filter(flow => flow.from === key).reduce((sum, flow) => sum + flow.share, 0),
        stays: true,
    }));
    const bands = [...stays, ...flows]
        .filter(({ from, to, share }) => share > 1e-9 && left.has(from) && right.has(to))
        .map(({ from, to, share, stays: still }) => {
            const source = left.get(from);
            const target = right.get(to);
            const [y1, y2] = [source.next, target.next];
            const [h1, h2] = [share * source.scale, share * target.scale];
            source.next += h1;
            target.next += h2;
            const [x1, x2, middle] = [margin + BAR, width - margin - BAR, width / 2];
            return svg("path", {
                class: `band tone-${tones.of(from)} ${still ? "still" : ""}`,
                d:
                    `M${x1} ${y1}C${middle} ${y1} ${middle} ${y2} ${x2} ${y2}L${x2} ${y2 + h2}` +
                    `C${middle} ${y2 + h2} ${middle} ${y1 + h1} ${x1} ${y1 + h1}Z`,
            });
        });
    const bars = (places, x, textX, anchor) =>
        [...places.values()].map(({ key, name, share, top, height: its }) => [
            svg("rect", { class: `bar tone-${tones.of(key)}`, x, y: top, width: BAR, height: its }),
            its > 9 &&
                svg("text", { x: textX, y: top + its / 2 + 4, "text-anchor": anchor }, `${shortened(name, letters)} ${percent(share)}`),
        ]);
    return svg(
        "svg",
        {
            class: "flows",
            width,
            height: height + 4,
            viewBox: `0 -2 ${width} ${height + 4}`,
            role: "img",
            "aria-label": `${percent(preview.moved)} of the keys move; the table tells from where to where`,
        },
        bands,
        bars(left, margin, margin - 8, "end"),
        bars(right, width - margin - BAR, width - margin + 8, "start"),
    );
}
