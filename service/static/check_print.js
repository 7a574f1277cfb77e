// Printing: everything that is folded opens for the paper and folds again; a page asked for in full prints at once.
export function offerPrinting(button) {
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll(".found details:not(.report):not([open])")];
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
    folded = [];
  });
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  if (document.querySelector("#again[data-printed]")) window.addEventListener("load", () => window.print());
}
