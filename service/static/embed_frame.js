// The frame's side of the embed: speaks with the page that shows it, only if its origin is among those the service
// allows, and only through the window that is its parent. Without such a page it is silent.
const VERSION = 1;
const page = document.body;
const allowed = JSON.parse(page.dataset.origins);
const words = page.dataset;

let host = "";

function tell(message) {
  if (host) window.parent.postMessage({ cepei: VERSION, ...message }, host);
}

function tellSize() {
  tell({ type: "size", height: Math.ceil(document.documentElement.getBoundingClientRect().height) });
}

function say(text) {
  const status = document.getElementById("embed-status");
  if (status) status.textContent = text;
}

// What the answer of this page is, written by the server into the page.
function tellAnswer() {
  for (const type of ["result", "fault"]) {
    if (page.dataset[type]) tell({ type, detail: JSON.parse(page.dataset[type]) });
  }
}

// After a question of the person's own the reading goes on at the answer; one that the portal asked is only announced.
function lead(asked) {
  const heading = document.querySelector("[data-answer]");
  if (!heading) return;
  if (asked) {
    const totals = [...document.querySelectorAll(".totals li")].map((total) => total.textContent.trim().replace(/\s+/g, " "));
    say([heading.textContent.trim(), ...totals].join(words.comma));
    return;
  }
  const wanted = document.getElementById(location.hash.slice(1)) || heading;
  wanted.setAttribute("tabindex", "-1");
  wanted.focus({ preventScroll: true });
  if (wanted !== heading) wanted.scrollIntoView({ block: "start" }); // where the frame scrolls by itself
  tell({ type: "show", top: wanted === heading ? 0 : wanted.getBoundingClientRect().top });
}

function connect({ origin, data }) {
  host = origin;
  tell({ type: "ready", detail: { version: VERSION } });
  tellSize();
  tellAnswer();
  lead(data.asked === true);
  if (page.dataset.action) tell({ type: "listening" });
}

// The profile goes to the service as it came; what is wrong with it, the service says.
function match({ data }) {
  if (!page.dataset.action) return;
  const form = document.createElement("form");
  const field = document.createElement("input");
  Object.assign(form, { method: "post", action: page.dataset.action, hidden: true });
  Object.assign(field, { type: "hidden", name: "profile", value: JSON.stringify(data.profile) });
  form.append(field);
  page.append(form);
  form.requestSubmit();
}

const HEARD = { connect, match };

window.addEventListener("message", (event) => {
  if (event.source !== window.parent || window.parent === window || !allowed.includes(event.origin)) return;
  const message = event.data;
  if (message === null || typeof message !== "object" || message.cepei !== VERSION) return;
  if (Object.keys(HEARD).includes(message.type)) HEARD[message.type](event);
});

document.addEventListener("submit", (event) => {
  if (event.target.target === "_blank") return;
  say(words.busy);
  tell({ type: "busy" });
});

// Other pages open beside the portal, for none of them may stand in the frame.
for (const form of document.forms) {
  if (new URL(form.action).pathname !== location.pathname) form.target = "_blank";
}
for (const link of document.querySelectorAll("a[href]")) {
  if (link.getAttribute("href").startsWith("#") || link.target === "_blank") continue;
  link.target = "_blank";
  link.rel = "noopener";
  const note = document.createElement("span");
  note.className = "hidden";
  note.textContent = words.newWindow;
  link.append(note);
}

function measureOf(element) {
  const card = element.closest("article[aria-labelledby^='m-']");
  return card ? card.getAttribute("aria-labelledby").slice(2) : "";
}

document.addEventListener("click", (event) => {
  const opener = event.target instanceof Element ? event.target.closest("article summary, article a[href]") : null;
  const measure = opener ? measureOf(opener) : "";
  const closes = opener?.matches("summary") && opener.parentElement.open;
  if (measure && !closes) tell({ type: "select", detail: { measure } });
});

new ResizeObserver(tellSize).observe(document.documentElement);
