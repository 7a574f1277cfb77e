// A unified social credit code tells where a company is registered: fill in the place when it is empty.
const SHAPE = /^[0-9A-HJ-NP-RT-Y]{18}$/;

export function fillRegion(form, words) {
  const code = form.querySelector("[name=uscc]");
  const place = form.querySelector("[name=city]");
  if (!code || !place) return;
  let said = null;
  code.addEventListener("input", async () => {
    const text = code.value.normalize("NFKC").replace(/\s/g, "").toUpperCase();
    if (!SHAPE.test(text) || place.value.trim()) return;
    const region = await regionOf(text);
    if (!region || place.value.trim()) return;
    place.value = region;
    said ??= note(place);
    said.textContent = words.filled.replace("{0}", region);
  });
  place.addEventListener("input", () => said?.replaceChildren());
}

/** The code goes in the body of a call, so that it stands in no address. */
async function regionOf(uscc) {
  try {
    const reply = await fetch("/v1/match", {
      method: "POST",
      headers: { "Content-Type": "application/json", "Accept-Language": document.documentElement.lang },
      body: JSON.stringify({ profile: { uscc }, limit: 1, detail: "brief" }),
    });
    if (!reply.ok) return "";
    const { profile } = await reply.json();
    return profile.facts.find((fact) => fact.fact === "region")?.label ?? "";
  } catch {
    return "";
  }
}

function note(place) {
  const said = document.createElement("p");
  said.className = "filled";
  said.setAttribute("role", "status");
  (place.closest(".suggesting") ?? place).after(said);
  return said;
}
