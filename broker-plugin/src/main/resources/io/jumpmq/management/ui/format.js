// Numbers as people read them. The page is in English, whatever the browser's language.

const WHOLE = new Intl.NumberFormat("en", { maximumFractionDigits: 0 });
const FINE = new Intl.NumberFormat("en", { maximumFractionDigits: 1 });
const TIME = new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const DATE_TIME = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "medium" });
const NONE = "–";

const given = value => typeof value === "number" && Number.isFinite(value);

export function count(value) {
    return given(value) ? WHOLE.format(value) : NONE;
}

export function rate(value) {
    return given(value) ? `${value < 100 ? FINE.format(value) : WHOLE.format(value)}/s` : NONE;
}

export function percent(share) {
    if (!given(share)) {
        return NONE;
    }
    const hundredths = share * 100;
    return `${hundredths !== 0 && Math.abs(hundredths) < 0.1 ? hundredths.toFixed(3) : hundredths.toFixed(1)} %`;
}

export function decimal(value, digits = 2) {
    return given(value) ? value.toFixed(digits) : NONE;
}

export function probability(value) {
    return !given(value) ? NONE : value < 0.0001 ? "< 0.0001" : value.toFixed(4);
}

export function bytes(value) {
    if (!given(value)) {
        return NONE;
    }
    const units = ["B", "KiB", "MiB", "GiB", "TiB"];
    let unit = 0;
    let scaled = value;
    while (scaled >= 1024 && unit < units.length - 1) {
        scaled /= 1024;
        unit++;
    }
    return `${scaled >= 100 || unit === 0 ? WHOLE.format(scaled) : FINE.format(scaled)} ${units[unit]}`;
}

export function duration(millis) {
    if (!given(millis)) {
        return NONE;
    }
    const seconds = Math.floor(millis / 1000);
    const parts = [[86400, "d"], [3600, "h"], [60, "min"], [1, "s"]];
    const first = parts.findIndex(([size]) => seconds >= size);
    return first < 0
        ? "0 s"
        : parts
              .slice(first, first + 2)
              .map(([size, name], i) => `${Math.floor((i === 0 ? seconds : seconds % parts[first][0]) / size)} ${name}`)
              .join(" ");
}

export function time(millis) {
    return TIME.format(millis);
}

export function dateTime(millis) {
    return given(millis) ? DATE_TIME.format(millis) : NONE;
}

/** A short text, for drawings; the whole belongs beside it. */
export function shortened(text, length) {
    const characters = [...text];
    return characters.length <= length ? text : `${characters.slice(0, length - 1).join("")}…`;
}
