// Cepei 策配, embed version 1: places the self-check of a Cepei service in a page of another site.
// Portals pin the hash of this file, so it never changes once released; what may change stands in the frame it opens.
// It sets no cookie, stores nothing and calls nobody. Apache-2.0.
(() => {
  "use strict";

  const VERSION = 1;
  const OPTIONS = ["compact", "region", "sector", "accent", "ground", "partner"];
  const EVENTS = ["ready", "result", "select", "fault"];
  const TITLES = { zh: "惠企政策自测", en: "Policy self-check for companies" };
  const INSTEAD = {
    zh: ["自测无法在此处显示。", "在新窗口打开惠企政策自测"],
    en: ["The self-check cannot be shown here. ", "Open the policy self-check in a new window"],
  };
  const LOWEST = 120;
  const HIGHEST = 30000;
  const PATIENCE_MS = 3000;

  const script = document.currentScript;
  if (!script || !script.src) {
    console.error("Cepei: load v1.js with its own <script src> tag, not as a module.");
    return;
  }
  const service = new URL(script.src).origin;

  function language() {
    const said = (script.dataset.lang || document.documentElement.lang || "").toLowerCase();
    return said.startsWith("en") ? "en" : said.startsWith("zh") ? "zh" : "";
  }

  function frameAddress() {
    const address = new URL("frame", script.src);
    if (language()) address.searchParams.set("lang", language());
    for (const name of OPTIONS) {
      const value = script.dataset[name];
      if (value === undefined || value === "false") continue;
      address.searchParams.set(name, name === "compact" ? "1" : value.trim());
    }
    return address.href;
  }

  function findContainer() {
    const target = script.dataset.target;
    if (target) return document.querySelector(target);
    const container = document.createElement("div");
    script.after(container);
    return container;
  }

  function createFrame() {
    const frame = document.createElement("iframe");
    frame.title = TITLES[language() || "zh"];
    frame.src = frameAddress();
    frame.referrerPolicy = "no-referrer";
    frame.setAttribute("sandbox", "allow-scripts allow-same-origin allow-forms allow-modals allow-popups allow-popups-to-escape-sandbox");
    frame.allow = "clipboard-write";
    // Through the object model, which no Content-Security-Policy of the page forbids.
    Object.assign(frame.style, { display: "block", width: "100%", height: "480px", border: "0" });
    return frame;
  }

  // What stands there where the frame may not: a sentence and a link to the whole page.
  function createLink() {
    const [says, link] = INSTEAD[language() || "zh"];
    const paragraph = document.createElement("p");
    const anchor = document.createElement("a");
    const address = new URL("/", script.src);
    if (language()) address.searchParams.set("lang", language());
    Object.assign(anchor, { href: address.href, target: "_blank", rel: "noopener", textContent: link });
    paragraph.append(says, anchor);
    return paragraph;
  }

  /** How high the frame may get before it scrolls by itself. */
  function bound() {
    const asked = Number.parseInt(script.dataset.maxHeight, 10);
    return asked >= LOWEST ? Math.min(asked, HIGHEST) : HIGHEST;
  }

  // One embed: its frame, what waits to be asked, and the messages in both directions.
  function place(container) {
    const frame = createFrame();
    const instead = createLink();
    const highest = bound();
    let greeted = false;
    let listening = false;
    let waiting = null;
    let asked = false;

    const tell = (message) => frame.contentWindow.postMessage({ cepei: VERSION, ...message }, service);

    const ask = () => {
      if (!listening || waiting === null) return;
      tell({ type: "match", profile: waiting });
      waiting = null;
      listening = false;
      asked = true;
    };

    const dispatch = (type, detail) => {
      if (type === "ready" && greeted) return;
      if (type === "ready") {
        greeted = true;
        instead.remove();
        frame.style.display = "block";
      }
      container.dispatchEvent(new CustomEvent(`cepei:${type}`, { bubbles: true, detail }));
    };

    const hear = {
      size: ({ height }) => {
        if (Number.isFinite(height)) frame.style.height = `${Math.min(Math.max(height, LOWEST), highest)}px`;
      },
      show: ({ top }) => {
        const at = frame.getBoundingClientRect().top + (Number.isFinite(top) ? top : 0);
        if (at < 0 || at > window.innerHeight) window.scrollBy(0, at);
      },
      busy: () => {
        listening = false;
      },
      listening: () => {
        listening = true;
        asked = false;
        ask();
      },
    };

    const giveUp = () => {
      if (greeted) return;
      frame.style.display = "none";
      container.append(instead);
      dispatch("fault", { code: "no_answer", pointers: [] });
    };

    window.addEventListener("message", (event) => {
      if (event.origin !== service || event.source !== frame.contentWindow) return;
      const message = event.data;
      if (message === null || typeof message !== "object" || message.cepei !== VERSION) return;
      if (Object.keys(hear).includes(message.type)) hear[message.type](message);
      else if (EVENTS.includes(message.type)) dispatch(message.type, message.detail);
    });
    frame.addEventListener("load", () => {
      tell({ type: "connect", asked });
      // A frame that may not stand in this page never answers.
      if (!greeted) setTimeout(giveUp, PATIENCE_MS);
    });
    container.append(frame);

    const match = (profile) => {
      if (profile === null || typeof profile !== "object" || Array.isArray(profile)) {
        throw new TypeError("Cepei: match() takes a profile, an object like the profile of POST /v1/match.");
      }
      waiting = profile;
      ask();
    };
    return Object.freeze({ container, frame, match });
  }

  function start() {
    const container = findContainer();
    if (!container) {
      console.error(`Cepei: nothing in this page is ${script.dataset.target} (data-target).`);
      return;
    }
    window.Cepei.embeds.push(place(container));
  }

  window.Cepei = window.Cepei || {
    version: VERSION,
    embeds: [],
    find(where) {
      const container = typeof where === "string" ? document.querySelector(where) : where;
      return this.embeds.find((embed) => embed.container === container);
    },
  };
  if (document.readyState === "loading" && script.dataset.target) document.addEventListener("DOMContentLoaded", start);
  else start();
})();
