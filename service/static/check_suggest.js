// Suggestions while typing (ARIA 1.2 combobox): an input is one value, a text area has one a line.
const WAIT_MS = 120;
const MOST = 8;

let count = 0;

export function suggest(field, words) {
  const box = document.createElement("div");
  box.className = "suggesting";
  field.replaceWith(box);
  const list = document.createElement("ul");
  list.className = "suggestions";
  list.id = `suggestions-${++count}`;
  list.setAttribute("role", "listbox");
  list.setAttribute("aria-label", words.list);
  list.hidden = true;
  const status = document.createElement("span");
  status.className = "hidden";
  status.setAttribute("role", "status");
  box.append(field, list, status);
  new Suggestions(field, list, status, words);
}

class Suggestions {
  constructor(field, list, status, words) {
    Object.assign(this, { field, list, status, words, chosen: -1, asked: 0 });
    this.lines = field.tagName === "TEXTAREA";
    if (!this.lines) field.setAttribute("role", "combobox");
    field.setAttribute("aria-autocomplete", "list");
    field.setAttribute("aria-controls", list.id);
    field.setAttribute("aria-haspopup", "listbox");
    this.expanded(false);
    field.addEventListener("input", () => this.later());
    field.addEventListener("keydown", (event) => this.pressed(event));
    field.addEventListener("blur", () => this.close());
    list.addEventListener("pointerdown", (event) => event.preventDefault());
    list.addEventListener("click", (event) => this.take([...list.children].indexOf(event.target.closest("li"))));
  }

  expanded(open) {
    // A text area has no such state; what it controls is told by the status.
    if (!this.lines) this.field.setAttribute("aria-expanded", String(open));
  }

  later() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.ask(), WAIT_MS);
  }

  /** Start and end of what is being typed: the whole value, or the line the cursor stands in. */
  span() {
    const text = this.field.value;
    if (!this.lines) return [0, text.length];
    const at = this.field.selectionStart;
    const start = text.lastIndexOf("\n", at - 1) + 1;
    const end = text.indexOf("\n", at);
    return [start, end < 0 ? text.length : end];
  }

  async ask() {
    const [start, end] = this.span();
    const typed = this.field.value.slice(start, end).trim();
    const turn = ++this.asked;
    if (!typed || typed.length > 40) return this.close();
    const language = document.documentElement.lang;
    const address = `/v1/vocabularies/${this.field.dataset.vocabulary}?q=${encodeURIComponent(typed)}`;
    let items;
    try {
      const reply = await fetch(address, { headers: { "Accept-Language": language } });
      if (!reply.ok) return this.close();
      items = (await reply.json()).items;
    } catch {
      return this.close(); // No network: what was typed can be sent as it is.
    }
    if (turn === this.asked && document.activeElement === this.field) this.show(this.best(items), typed);
  }

  best(items) {
    const sure = items.filter((item) => item.how !== "fuzzy");
    return (sure.length ? sure : items).slice(0, MOST);
  }

  show(items, typed) {
    const only = items.length === 1 && items[0].label === typed;
    this.list.replaceChildren(...(only ? [] : items.map((item, place) => this.option(item, place, typed))));
    this.chosen = -1;
    this.field.removeAttribute("aria-activedescendant");
    this.list.hidden = this.list.children.length === 0;
    this.expanded(!this.list.hidden);
    this.status.textContent = this.list.hidden
      ? only ? "" : this.words.none
      : this.words.count.replace("{0}", this.list.children.length);
  }

  option(item, place, typed) {
    const option = document.createElement("li");
    option.id = `${this.list.id}-${place}`;
    option.setAttribute("role", "option");
    option.setAttribute("aria-selected", "false");
    option.dataset.value = item.label;
    option.textContent = item.label;
    const sought = typed.toLowerCase();
    const name = item.label.toLowerCase().includes(sought)
      ? undefined
      : item.names.find((other) => other.toLowerCase().includes(sought));
    if (name) {
      const aside = document.createElement("small");
      aside.textContent = name;
      option.append(" ", aside);
    }
    return option;
  }

  pressed(event) {
    if (event.isComposing || event.altKey || event.ctrlKey || event.metaKey) return;
    const size = this.list.children.length;
    if (this.list.hidden) {
      if (event.key === "ArrowDown" && !this.lines) {
        event.preventDefault();
        this.ask();
      }
      return;
    }
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) {
      event.preventDefault();
      const from = this.chosen < 0 && event.key === "ArrowUp" ? 0 : this.chosen;
      this.choose((from + steps[event.key] + size) % size);
    } else if (event.key === "Enter" && this.chosen >= 0) {
      event.preventDefault();
      this.take(this.chosen);
    } else if (event.key === "Escape") {
      event.preventDefault();
      this.close();
    } else if (event.key === "Tab") {
      this.close();
    }
  }

  choose(place) {
    this.chosen = place;
    [...this.list.children].forEach((option, at) => option.setAttribute("aria-selected", String(at === place)));
    const option = this.list.children[place];
    this.field.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  }

  take(place) {
    const option = this.list.children[place];
    if (!option) return;
    const [start, end] = this.span();
    this.field.setRangeText(option.dataset.value, start, end, "end");
    this.close();
    this.field.dispatchEvent(new Event("change", { bubbles: true }));
  }

  close() {
    clearTimeout(this.timer);
    this.asked += 1;
    this.list.hidden = true;
    this.chosen = -1;
    this.field.removeAttribute("aria-activedescendant");
    this.expanded(false);
    this.status.textContent = "";
  }
}
