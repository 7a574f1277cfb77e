// Going back and loading again: each answer keeps what was asked in its own entry of this tab's history, which no server
// sees and no other tab, and a page that is loaded anew there asks the same again.
export function keepAsked(form) {
  if (form) history.replaceState({ asked: [...new FormData(form)] }, "", location.href);
}

/** Ask again what this entry of the history asked; tell whether it did. */
export function askAgain(profile) {
  const asked = history.state?.asked;
  if (!asked || !profile || document.getElementById("again")) return false;
  const form = document.createElement("form");
  Object.assign(form, { method: "post", action: profile.getAttribute("action").split("#")[0] + location.hash, hidden: true });
  form.acceptCharset = "utf-8";
  for (const [name, value] of asked) {
    form.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  document.body.append(form);
  form.submit();
  return true;
}
