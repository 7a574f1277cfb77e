// The page of the API: one language of samples at a time, the address of this service in them, and calls tried here.
import { copy } from "./copy.js";

const docs = document.querySelector(".docs");
const says = docs.dataset;
const LONGEST = 100_000;
const TOLD = ["content-type", "location", "retry-after", "etag", "content-disposition", "x-request-id"];
const TEXT = /^(text\/|application\/([\w.-]+\+)?(json|xml|yaml)|application\/x-ndjson)/;

function make(tag, given, ...inside) {
  const made = Object.assign(document.createElement(tag), given);
  made.append(...inside);
  return made;
}

// An id or address that samples and forms name, everywhere at once.
function name(what, value) {
  for (const one of docs.querySelectorAll(`var[data-name="${what}"]`)) one.textContent = value;
  for (const one of docs.querySelectorAll(`input[data-in="path"][name="${what}"]`)) one.value = value;
}

function show(language) {
  says.shown = language;
  for (const one of docs.querySelectorAll(".choose button")) one.setAttribute("aria-pressed", String(one.value === language));
}

function offerLanguages(samples) {
  const languages = [...samples.children].map((one) => one.dataset.sample);
  const buttons = languages.map((value) => make("button", { type: "button", className: "plain small", value }, value));
  const copied = make("span", { className: "quiet" });
  copied.setAttribute("role", "status");
  const button = make("button", { type: "button", className: "plain small" }, says.copy);
  button.addEventListener("click", () => {
    const shown = samples.querySelector(`[data-sample="${says.shown}"] code`).textContent;
    copy(shown, copied, { done: says.copied, byHand: "", label: says.copy });
  });
  const choose = make("div", { className: "choose" }, ...buttons, button, copied);
  choose.setAttribute("role", "group");
  choose.setAttribute("aria-label", says.language);
  for (const one of buttons) one.addEventListener("click", () => show(one.value));
  samples.prepend(choose);
}

function requestOf(form) {
  const query = new URLSearchParams();
  const request = { method: form.dataset.method, headers: {}, credentials: "omit", cache: "no-store", redirect: "error" };
  let path = form.dataset.path;
  let body = null;
  for (const field of form.querySelectorAll("[data-in]")) {
    const value = field.value;
    if (field.dataset.in === "path") path = path.replace(`{${field.name}}`, encodeURIComponent(value));
    else if (field.dataset.in === "query" && value) query.append(field.name, value);
    else if (field.dataset.in === "header" && value) request.headers[field.name] = value;
    else if (field.dataset.in === "key") request.headers.Authorization = `Bearer ${value.trim()}`;
    else if (field.dataset.in === "form" && value) (body ??= new FormData()).append(field.name, value);
    else if (field.dataset.in === "text") {
      const chosen = form.querySelector('[data-in="file"]').files[0];
      (body ??= new FormData()).append("file", chosen ?? new File([value], field.dataset.name));
    } else if (field.dataset.in === "json") {
      JSON.parse(value); // what is no JSON is told here, with its place
      request.headers["Content-Type"] = "application/json";
      body = value;
    }
  }
  return [`${path}${query.size ? `?${query}` : ""}`, { ...request, ...(body && { body }) }];
}

async function send(form) {
  const outcome = form.querySelector(".outcome");
  if (!form.reportValidity()) return;
  let asked;
  try {
    asked = requestOf(form);
  } catch (fault) {
    outcome.replaceChildren(make("p", { className: "fault" }, `${says.notJson} ${fault.message}`));
    return;
  }
  outcome.replaceChildren(make("p", {}, says.sending));
  try {
    outcome.replaceChildren(...await told(await fetch(...asked), form));
  } catch (fault) {
    outcome.replaceChildren(make("p", { className: "fault" }, `${says.failed} ${fault.message}`));
  }
}

async function told(answer, form) {
  const headers = TOLD.filter((one) => answer.headers.has(one)).map((one) => `${one}: ${answer.headers.get(one)}`);
  const status = make("p", {}, make("strong", {}, `${answer.status} ${answer.statusText}`));
  const shown = [status, ...headers.map((one) => make("p", { className: "header" }, make("code", {}, one)))];
  const media = answer.headers.get("content-type") ?? "";
  const content = await answer.blob();
  if (TEXT.test(media)) shown.push(...written(await content.text(), media, answer.ok && form.dataset.gives));
  else if (content.size) shown.push(saved(content, answer));
  return shown;
}

function written(text, media, gives) {
  let whole = text;
  const notes = [];
  if (media.includes("json") && !media.includes("ndjson")) {
    const data = JSON.parse(text);
    whole = JSON.stringify(data, null, 1);
    if (gives && data.id) {
      name(gives, data.id);
      notes.push(make("p", { className: "quiet" }, says.given.replace("{}", gives)));
    }
  }
  if (!whole) return notes;
  if (whole.length > LONGEST) notes.push(make("p", { className: "quiet" }, says.cut.replace("{}", LONGEST)));
  const box = make("pre", { className: "answer", tabIndex: 0 }, make("code", {}, whole.slice(0, LONGEST)));
  return [box, ...notes];
}

function saved(content, answer) {
  const file = /filename="([^"]+)"/.exec(answer.headers.get("content-disposition") ?? "")?.[1] ?? "answer";
  return make("a", { className: "button plain", href: URL.createObjectURL(content), download: file }, `${says.save} ${file}`);
}

function reveal() {
  const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  const call = target && target.closest("details.call");
  if (!call) return;
  call.open = true;
  target.scrollIntoView();
}

for (const samples of docs.querySelectorAll(".samples")) offerLanguages(samples);
show("curl");
name("base", location.origin);
for (const form of docs.querySelectorAll("form.try")) {
  form.hidden = false;
  const ask = (event) => {
    event.preventDefault();
    send(form);
  };
  // What changes something is sent by its own button only, never by the Enter key.
  form.addEventListener("submit", "changes" in form.dataset ? (event) => event.preventDefault() : ask);
  form.querySelector("button.danger")?.addEventListener("click", ask);
}
docs.addEventListener("input", ({ target }) => {
  if (target.dataset.in === "path" && target.type !== "select-one") {
    for (const one of docs.querySelectorAll(`var[data-name="${target.name}"]`)) one.textContent = target.value;
  } else if (target.dataset.in === "key") {
    for (const one of docs.querySelectorAll('[data-in="key"]')) one.value = target.value;
  }
});
addEventListener("hashchange", reveal);
reveal();
