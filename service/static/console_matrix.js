// Arrow keys between the cells of the matrix, so that the tab key need not pass through all of them.
const table = document.getElementById("matrix");
const rows = table ? [...table.tBodies[0].rows].map((row) => [...row.querySelectorAll("a.cell")]) : [];
const STEPS = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };

function move(from, down, across) {
  const cell = rows[down]?.[across];
  if (!cell) return;
  from.tabIndex = -1;
  cell.tabIndex = 0;
  cell.focus();
  cell.scrollIntoView({ block: "nearest", inline: "nearest" });
}

rows.flat().forEach((cell, place) => (cell.tabIndex = place ? -1 : 0));
table?.addEventListener("keydown", (event) => {
  const down = rows.findIndex((row) => row.includes(event.target));
  if (down < 0) return;
  const across = rows[down].indexOf(event.target);
  const step = STEPS[event.key];
  const ends = { Home: 0, End: rows[down].length - 1 };
  if (step) move(event.target, down + step[0], across + step[1]);
  else if (event.key in ends) move(event.target, down, ends[event.key]);
  else return;
  event.preventDefault();
});
