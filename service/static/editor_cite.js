// A selected passage of the document becomes the words of the cite being edited; the server finds it in the text.
const form = document.querySelector("form.measure-form");
const text = document.getElementById("document-text");
const button = document.getElementById("cite");
const said = document.getElementById("cite-said");
let field = null;

function named(area) {
  const names = [];
  for (let box = area.closest("fieldset"); box; box = box.parentElement.closest("fieldset")) {
    names.unshift(box.querySelector("legend").textContent.trim());
  }
  return names.join(" · ");
}

form.addEventListener("focusin", (event) => {
  if (!event.target.matches("[data-cite], [data-words]")) return;
  field = event.target;
  said.textContent = form.dataset.into.replace("{}", field.matches("[data-cite]") ? named(field) : field.labels[0].textContent);
});

const squeezed = (words) => words.replace(/\s+/g, "");

/** The selection in the document: its words, its clause, and which of those in the clause it is. */
function selected() {
  const selection = document.getSelection();
  if (!selection.rangeCount || selection.isCollapsed) return null;
  const range = selection.getRangeAt(0);
  if (!text.contains(range.commonAncestorContainer)) return null;
  const at = range.commonAncestorContainer;
  const clause = (at.nodeType === Node.ELEMENT_NODE ? at : at.parentElement).closest(".clause");
  const before = document.createRange();
  before.setStart(clause ?? text, 0);
  before.setEnd(range.startContainer, range.startOffset);
  const words = squeezed(range.toString());
  const nth = squeezed(before.toString()).split(words).length;
  return { words, raw: range.toString().trim(), clause: clause ? clause.id.slice(2) : "", nth: clause ? nth : 0 };
}

async function cite() {
  const found = selected();
  if (!found || !field) {
    said.textContent = form.dataset.none;
    return;
  }
  const into = field;
  if (into.matches("[data-words]")) {
    into.value = found.raw;
    into.focus();
    return;
  }
  const address = new URL(form.dataset.passage, location.href);
  for (const name of ["words", "clause", "nth"]) address.searchParams.set(name, found[name]);
  const answer = await (await fetch(address)).json();
  said.textContent = answer.says;
  if (!answer.found) return;
  const base = into.name.slice(0, -"quote".length);
  into.value = answer.quote;
  form.elements[`${base}clause`].value = answer.clause;
  form.elements[`${base}nth`].value = answer.nth || "";
  into.focus();
  said.textContent = answer.says;
}

button.hidden = false;
button.addEventListener("pointerdown", (event) => event.preventDefault());
button.addEventListener("click", cite);
document.addEventListener("keydown", (event) => {
  if (event.altKey && event.code === "KeyQ") {
    event.preventDefault();
    cite();
  }
});
