// A link to share carries the profile after the #, which a browser sends to no server; opening it fills the form in.
import { copy } from "./copy.js";

const MARK = "#p=";
const LONGEST = 12_000;
const FACT = /^[a-z][a-z0-9_.-]{0,99}$/;

export function offerSharing(button, status) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const address = linkTo(button.dataset);
    await copy(address, status, { ...button.dataset, label: button.textContent });
    // The page has this address now too, so that it can be bookmarked; a frame is no page of its own.
    if (window.parent === window) history.replaceState(history.state, "", address);
  });
  window.addEventListener("hashchange", () => location.hash.startsWith(MARK) && location.reload());
}

function linkTo({ home, profile }) {
  const bytes = new TextEncoder().encode(profile);
  const text = btoa(String.fromCharCode(...bytes));
  const plain = text.replaceAll("+", "-").replaceAll("/", "_").replace(/={1,2}$/, "");
  return new URL(`${home}${MARK}${plain}`, location.href).href;
}

export function openShared(form, fault) {
  if (!form || !fault || !location.hash.startsWith(MARK)) return;
  const carried = location.hash.slice(MARK.length);
  try {
    fill(form, read(carried));
    form.action = form.getAttribute("action").split("#")[0] + location.hash; // The answer keeps the link, to be bookmarked.
    form.submit();
  } catch (error) {
    history.replaceState(null, "", location.pathname + location.search);
    const { kind = "broken", name = "" } = error.cause ?? {};
    fault.textContent = fault.dataset[kind].replace("{0}", () => name);
    fault.hidden = false;
  }
}

function refuse(kind, name = "") {
  throw new Error(kind, { cause: { kind, name: name.slice(0, 40) } });
}

/** Return [field name, text] of each thing that the profile says. */
function read(carried) {
  if (carried.length > LONGEST) refuse("long");
  const bytes = Uint8Array.from(atob(carried.replaceAll("-", "+").replaceAll("_", "/")), (one) => one.charCodeAt(0));
  const profile = JSON.parse(new TextDecoder("utf-8", { fatal: true }).decode(bytes));
  if (!isObject(profile)) refuse("broken");
  const { facts = {}, ...own } = profile;
  if (!isObject(facts)) refuse("strange", "facts");
  const said = [
    ...Object.entries(own),
    ...Object.entries(facts).map(([fact, value]) => [FACT.test(fact) ? `facts.${fact}` : refuse("strange", fact), value]),
  ];
  return said.length ? said.map(([name, value]) => [name, written(name, value)]) : refuse("empty");
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function written(name, value) {
  const several = Array.isArray(value) ? value : [value];
  if (!several.every((one) => ["string", "number", "boolean"].includes(typeof one))) refuse("strange", name);
  return several.map((one) => (typeof one === "boolean" ? (one ? "yes" : "no") : String(one))).join("\n");
}

function fill(form, said) {
  for (const [name, text] of said) {
    const field = form.elements.namedItem(name);
    if (field === null && !name.startsWith("facts.")) refuse("strange", name);
    const lines = field?.tagName !== "INPUT" || name.startsWith("facts.");
    put(form, name, field, lines ? text : text.replaceAll("\n", "、"));
  }
}

/** Put a text into its field; a fact that has none, or a choice that offers no such text, travels hidden. */
function put(form, name, field, text) {
  if (field) field.value = text;
  if (field?.value === text) return;
  field?.removeAttribute("name");
  const hidden = document.createElement("input");
  Object.assign(hidden, { type: "hidden", name, value: text });
  form.append(hidden);
}
