// Shows the unit beside a column only when its field has one, and only the units that the field can have.
for (const row of document.querySelectorAll("table.columns tbody tr")) {
  const [field, unit] = row.querySelectorAll("select");
  if (!field || !unit) continue;
  const every = [...unit.options];
  const fit = () => {
    const units = (field.selectedOptions[0].dataset.units ?? "").split("|").filter(Boolean);
    const chosen = unit.value;
    unit.replaceChildren(...every.filter((option) => !option.value || units.includes(option.value)));
    unit.value = units.includes(chosen) ? chosen : "";
    unit.disabled = !units.length;
    unit.hidden = !units.length;
  };
  field.addEventListener("change", fit);
  fit();
}
