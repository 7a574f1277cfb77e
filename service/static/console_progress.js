// Follows a screening while it runs; when it has ended the page shows what came of it.
const SPOKEN_EVERY = 8000;
const box = document.getElementById("progress");
const bar = box.querySelector("progress");
const says = box.querySelector(".progress-says");
const spoken = box.querySelector("[role=status]");
let last = 0;

function show(event) {
  const told = JSON.parse(event.data);
  bar.value = told.share;
  says.textContent = told.says;
  if (Date.now() - last > SPOKEN_EVERY) {
    spoken.textContent = told.says;
    last = Date.now();
  }
}

function reload() {
  source.close();
  location.reload();
}

const source = new EventSource(box.dataset.events);
source.addEventListener("progress", show);
source.addEventListener("ended", reload);
source.addEventListener("deleted", reload);
source.addEventListener("error", () => {
  if (source.readyState === EventSource.CLOSED) setTimeout(reload, 5000);
});
