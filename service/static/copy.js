// Copying: to the clipboard, or, where a page may not write there, into a field to copy from by hand.
export async function copy(text, status, { done, byHand, label }) {
  try {
    await navigator.clipboard.writeText(text);
    status.textContent = done;
  } catch {
    status.replaceChildren(byHand, fieldWith(text, label));
  }
}

function fieldWith(text, label) {
  const field = document.createElement("input");
  field.readOnly = true;
  field.value = text;
  field.setAttribute("aria-label", label);
  field.addEventListener("focus", () => field.select());
  return field;
}

for (const button of document.querySelectorAll("button[data-copy]")) {
  button.hidden = false;
  const status = document.createElement("span");
  status.setAttribute("role", "status");
  status.className = "copied";
  button.after(status);
  const words = { done: button.dataset.done, byHand: "", label: button.textContent };
  button.addEventListener("click", () => copy(button.dataset.copy, status, words));
}
