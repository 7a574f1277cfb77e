// The self-check page: suggestions, region of a credit code, sharing, printing. Without it the page works by its forms.
import { suggest } from "./check_suggest.js";
import { fillRegion } from "./check_code.js";
import { offerSharing, openShared } from "./check_share.js";
import { offerPrinting } from "./check_print.js";

const words = document.getElementById("suggestion-words")?.dataset ?? {};

for (const field of document.querySelectorAll("[data-vocabulary]")) suggest(field, words);
for (const form of document.querySelectorAll("form.profile")) fillRegion(form, words);
offerSharing(document.getElementById("share"), document.getElementById("shared"));
offerPrinting(document.getElementById("print"));
// What this entry of the history asked before goes before the link that it was opened with.
if (!history.state?.asked) openShared(document.querySelector("form.profile"), document.getElementById("shared-fault"));
