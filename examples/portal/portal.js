// What a portal may do with the embed: listen to its events, hand over a profile it knows already.
"use strict";

const EXAMPLE = { city: "蚌埠市", sector: ["生物材料"], products: ["聚乳酸"], needs: ["中试验证"], stage: "中试" };

function note({ type, target, detail }) {
  const line = document.createElement("li");
  line.textContent = `#${target.id} ${type} ${JSON.stringify(detail)}`;
  document.getElementById("log").append(line);
}

for (const name of ["ready", "result", "select", "fault"]) document.addEventListener(`cepei:${name}`, note);

document.getElementById("hand-over")?.addEventListener("click", () => window.Cepei.find("#check").match(EXAMPLE));
