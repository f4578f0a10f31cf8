// Log in, choose the page that the address names, keep it up to date.

import { showAlarms } from "./alarms.js";
import { ApiError, call, forget, remember, remembered } from "./api.js";
import { h, patch } from "./dom.js";
import { notice } from "./parts.js";
import { current, href, replaceQuery } from "./routes.js";
import { channelPage, channelsPage, connectionPage, connectionsPage, consumersPage } from "./clients.js";
import { definitionsPage } from "./definitions.js";
import { exchangePage, exchangesPage } from "./exchanges.js";
import { nodePage, nodesPage } from "./nodes.js";
import { overviewPage } from "./overview.js";
import { policiesPage } from "./policies.js";
import { queuePage, queuesPage } from "./queues.js";
import { ringPage, ringsPage } from "./ring.js";
import { userPage, usersPage } from "./users.js";
import { vhostsPage } from "./vhosts.js";

const REFRESH_MILLIS = 3000;
const VHOST = "jumpmq.vhost";
const THEME = "jumpmq.theme";
const THEMES = ["auto", "light", "dark"];

// By first segment of the address: the list, and the page of one, with the number of names it takes.
const PAGES = {
    overview: { title: "Overview", list: overviewPage },
    nodes: { title: "Nodes", list: nodesPage, one: nodePage, names: 1, tags: ["administrator", "monitoring"] },
    rings: { title: "Rings", list: ringsPage, one: ringPage, names: 2 },
    connections: { title: "Connections", list: connectionsPage, one: connectionPage, names: 1 },
    channels: { title: "Channels", list: channelsPage, one: channelPage, names: 1 },
    consumers: { title: "Consumers", list: consumersPage },
    exchanges: { title: "Exchanges", list: exchangesPage, one: exchangePage, names: 2 },
    queues: { title: "Queues", list: queuesPage, one: queuePage, names: 2 },
    users: { title: "Users", list: usersPage, one: userPage, names: 1, tags: ["administrator"] },
    policies: { title: "Policies", list: policiesPage, tags: ["administrator", "policymaker"] },
    vhosts: { title: "Virtual hosts", list: vhostsPage },
    definitions: { title: "Definitions", list: definitionsPage, tags: ["administrator"] },
};

const element = id => document.getElementById(id);
let user = null;
let shown = null;

/** One page while it is shown: where to put things, and how to ask the broker. */
class View {
    constructor(root, names, query) {
        this.root = root;
        this.names = names;
        this.query = query;
        this.user = user;
        this.vhost = element("vhost").value;
        this.left = new AbortController();
        this.problem = h("div");
        this.rounds = 0;
        this.update = () => {};
    }

    has(...tags) {
        return tags.some(tag => this.user.tags.includes(tag));
    }

    title(text, ...beside) {
        document.title = `${text} · JumpMQ`;
        this.root.append(h("div", { class: "title" }, h("h1", { tabindex: -1 }, text), beside), this.problem);
    }

    add(...nodes) {
        this.root.append(...nodes);
    }

    get(path, query) {
        return call("GET", path, { query, signal: this.left.signal });
    }

    /** Changes something; not interrupted when the page is left. */
    send(method, path, options) {
        return call(method, path, options);
    }

    setQuery(query) {
        replaceQuery(query);
    }

    /** To be called when a virtual host has come or gone. */
    vhostsChanged() {
        return loadVhosts();
    }

    /** Calls this now, and again every few seconds while the page is looked at. */
    live(update) {
        this.update = update;
        return this.refresh();
    }

    async refresh() {
        clearTimeout(this.timer);
        const round = ++this.rounds;
        try {
            await Promise.all([this.update(), showAlarms(this, element("alarms"))]);
            if (round === this.rounds) {
                patch(this.problem);
            }
        } catch (error) {
            if (!(error instanceof ApiError)) {
                if (error.name === "AbortError") {
                    return;
                }
                throw error;
            }
            if (error.status === 401 && error.error === "not_authorized") {
                logout("Your login is no longer accepted.");
                return;
            }
            patch(this.problem, h("p", { class: "banner problem", role: "alert" }, error.message));
        }
        if (round === this.rounds && !this.left.signal.aborted && !document.hidden) {
            this.timer = setTimeout(() => this.refresh(), REFRESH_MILLIS);
        }
    }

    pause() {
        clearTimeout(this.timer);
    }

    leave() {
        clearTimeout(this.timer);
        this.left.abort();
    }
}

function allowed(page) {
    return !page.tags || page.tags.some(tag => user.tags.includes(tag));
}

/** Leaves the page shown; a question that it asked must not be answered on another one. */
function leave() {
    shown?.leave();
    for (const dialog of document.querySelectorAll("dialog")) {
        dialog.close("");
    }
    // What went wrong there is of no interest elsewhere.
    element("notices").querySelectorAll(".problem").forEach(item => item.remove());
}

function show(focus = true) {
    leave();
    const { segments, query } = current();
    const [first, ...names] = segments;
    const known = Object.hasOwn(PAGES, first) && allowed(PAGES[first]);
    const name = known ? first : "overview";
    const page = PAGES[name];
    const root = element("content");
    root.replaceChildren();
    shown = new View(root, names, query);
    for (const link of element("navigation").querySelectorAll("a")) {
        if (link.dataset.page === name) {
            link.setAttribute("aria-current", "page");
        } else {
            link.removeAttribute("aria-current");
        }
    }
    toggleMenu(false);
    (page.one && known && names.length === page.names ? page.one : page.list)(shown);
    if (shown.rounds === 0) {
        shown.refresh(); // A page that asks for nothing itself.
    }
    if (focus) {
        root.querySelector("h1")?.focus({ preventScroll: true });
        scrollTo(0, 0);
    }
}

function toggleMenu(open) {
    element("menu").setAttribute("aria-expanded", open);
    element("navigation").classList.toggle("open", open);
}

/** Fills the choice of virtual hosts. */
async function loadVhosts() {
    const select = element("vhost");
    const wanted = select.value || sessionStorage.getItem(VHOST) || "";
    const vhosts = await call("GET", ["vhosts"], { query: { columns: "name" } });
    select.replaceChildren(
        h("option", { value: "" }, "All"),
        ...vhosts.map(vhost => h("option", { value: vhost.name }, vhost.name)),
    );
    select.value = vhosts.some(vhost => vhost.name === wanted) ? wanted : "";
}

async function enter() {
    user = await call("GET", ["whoami"]);
    // RabbitMQ gave tags as one text until 3.9.
    user.tags = Array.isArray(user.tags) ? user.tags : String(user.tags).split(",");
    await loadVhosts();
    element("whoami").textContent = user.name;
    element("navigation").replaceChildren(
        h(
            "ul",
            null,
            Object.entries(PAGES)
                .filter(([, page]) => allowed(page))
                .map(([name, page]) => h("li", null, h("a", { href: href(name), "data-page": name }, page.title))),
        ),
    );
    element("login").hidden = true;
    element("shell").hidden = false;
    show(false);
}

function logout(problem = "") {
    forget();
    leave();
    shown = null;
    user = null;
    element("content").replaceChildren();
    element("alarms").replaceChildren();
    element("notices").replaceChildren();
    element("shell").hidden = true;
    element("login").hidden = false;
    element("login-problem").textContent = problem;
    element("login-user").focus();
    document.title = "JumpMQ";
}

function theme(name) {
    if (name === "auto") {
        delete document.documentElement.dataset.theme;
        localStorage.removeItem(THEME);
    } else {
        document.documentElement.dataset.theme = name;
        localStorage.setItem(THEME, name);
    }
    element("theme").textContent = `Theme: ${name}`;
}

element("login")
    .querySelector("form")
    .addEventListener("submit", async event => {
        event.preventDefault();
        const password = element("login-password");
        element("login-problem").textContent = "";
        remember(element("login-user").value, password.value);
        try {
            await enter();
            password.value = "";
        } catch (error) {
            forget();
            const refused = error.status === 401 && error.error === "not_authorized";
            element("login-problem").textContent = refused ? "Wrong user or password." : error.message;
            password.select();
        }
    });
element("logout").addEventListener("click", () => logout());
element("menu").addEventListener("click", () => toggleMenu(element("menu").getAttribute("aria-expanded") !== "true"));
element("skip").addEventListener("click", () => element("content").focus());
element("vhost").addEventListener("change", event => {
    sessionStorage.setItem(VHOST, event.target.value);
    show(false);
});
element("theme").addEventListener("click", () =>
    theme(THEMES[(THEMES.indexOf(localStorage.getItem(THEME) ?? "auto") + 1) % THEMES.length]),
);
addEventListener("hashchange", () => user && show());
document.addEventListener("visibilitychange", () => (document.hidden ? shown?.pause() : shown?.refresh()));
addEventListener("unhandledrejection", event => {
    if (event.reason?.name === "AbortError") {
        event.preventDefault();
    } else {
        notice(`A defect of this page: ${event.reason?.message ?? event.reason}`, "problem");
    }
});

theme(THEMES.includes(localStorage.getItem(THEME)) ? localStorage.getItem(THEME) : "auto");
if (remembered()) {
    enter().catch(error => logout(error.status === 401 ? "Please log in again." : error.message));
} else {
    logout();
}
