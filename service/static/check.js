// The self-check page: suggestions, region of a credit code, sharing, printing. Without it the page works by its forms.
import { suggest } from "./check_suggest.js";
import { fillRegion } from "./check_code.js";
import { offerSharing, openShared } from "./check_share.js";
import { offerPrinting } from "./check_print.js";
import { askAgain, keepAsked } from "./check_again.js";

const words = document.getElementById("suggestion-words")?.dataset ?? {};
const profile = document.querySelector("form.profile");

keepAsked(document.getElementById("again"));
for (const field of document.querySelectorAll("[data-vocabulary]")) suggest(field, words);
for (const form of document.querySelectorAll("form.profile")) fillRegion(form, words);
offerSharing(document.getElementById("share"), document.getElementById("shared"));
offerPrinting(document.getElementById("print"));
if (!askAgain(profile)) openShared(profile, document.getElementById("shared-fault"));
