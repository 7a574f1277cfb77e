// The table of contents of a document: open beside the text on wide screens, and showing where the reader is.
const contents = document.getElementById("toc");
const wide = matchMedia("(min-width: 64rem)");

function fit() {
  contents.open = wide.matches;
}

function follow(links) {
  const seen = new Set();
  const watcher = new IntersectionObserver((entries) => {
    for (const entry of entries) seen[entry.isIntersecting ? "add" : "delete"](entry.target.id);
    const here = [...links].filter(([id]) => seen.has(id)).pop();
    for (const link of links.values()) link.removeAttribute("aria-current");
    if (here) mark(here[1]);
  }, { rootMargin: "0px 0px -85% 0px" });
  for (const id of links.keys()) watcher.observe(document.getElementById(id));
}

function mark(link) {
  link.setAttribute("aria-current", "true");
  if (wide.matches) link.scrollIntoView({ block: "nearest" });
}

fit();
wide.addEventListener("change", fit);
contents.addEventListener("click", (event) => {
  if (event.target.closest("a") && !wide.matches) contents.open = false;
});
const anchors = [...contents.querySelectorAll("a[href^='#c-']")].map((link) => [link.hash.slice(1), link]);
follow(new Map(anchors.filter(([id]) => document.getElementById(id))));
