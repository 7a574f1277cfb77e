// Printing; a page that was asked for in full, to be printed, prints at once.
export function offerPrinting(button) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if (document.querySelector("#again[data-printed]")) window.addEventListener("load", () => window.print());
}
