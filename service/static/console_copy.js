// A button that copies the text of a field; without it the text can be selected.
for (const button of navigator.clipboard ? document.querySelectorAll("button[data-copy]") : []) {
  const says = button.textContent;
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).value);
    button.textContent = button.dataset.copied;
    setTimeout(() => (button.textContent = says), 3000);
  });
}
