// Printing: everything that is folded opens for the paper and folds again.
export function offerPrinting(button) {
  if (!button) return;
  button.hidden = false;
  button.addEventListener("click", () => window.print());
  let folded = [];
  window.addEventListener("beforeprint", () => {
    folded = [...document.querySelectorAll(".found details:not(.report):not([open])")];
    for (const details of folded) details.open = true;
  });
  window.addEventListener("afterprint", () => {
    for (const details of folded) details.open = false;
    folded = [];
  });
}
