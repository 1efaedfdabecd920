// Makes the agency's field a combo box (ARIA 1.2): without it, it is a text field with a list of suggestions.

const input = document.getElementById("agency");
const choices = [...document.querySelectorAll("#agencies option")].map(({ value, dataset }) => {
  const [code, ...name] = value.split(" – ");
  return { value, code, name: name.join(" – "), isLast: "last" in dataset };
});

const list = document.createElement("ul");
list.id = "agency-list";
list.hidden = true;
list.setAttribute("role", "listbox");
list.setAttribute("aria-labelledby", "agency-label");
/** How many agencies fit is heard, not only seen. */
const says = document.createElement("p");
says.className = "unseen";
says.setAttribute("role", "status");
input.after(list, says);
input.removeAttribute("list");
for (
  const [name, value] of Object.entries({
    "role": "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": list.id,
  })
) input.setAttribute(name, value);

const folded = (text) =>
  text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase().replace(/[^\p{L}\p{N}]+/gu, " ").trim();
const initials = (name) => folded(name.replace(/\([^()]*\)$/, "")).split(" ").map((word) => word[0]).join("");

/** The choices that a text may mean, those whose code or abbreviation it begins first. */
function matches(text) {
  const wanted = folded(text);
  if (wanted === "") return choices;
  const words = wanted.split(" ");
  const rank = ({ code, name }) => {
    const whole = folded(`${code} ${name}`);
    const short = folded(/\(([^()]+)\)$/.exec(name)?.[1] ?? "");
    if (folded(code) === wanted || code.replace(/^0+/, "") === wanted || short === wanted) return 0;
    if (initials(name) === wanted) return 1;
    if (words.every((word) => ` ${whole}`.includes(` ${word}`))) return 2;
    return words.every((word) => word.length > 2 && whole.includes(word)) ? 3 : -1;
  };
  return choices.map((choice) => ({ choice, rank: rank(choice) })).filter(({ rank }) => rank >= 0)
    .sort((a, b) => a.rank - b.rank).map(({ choice }) => choice);
}

let active = -1;
const options = () => [...list.querySelectorAll("[role=option]")];

function optionOf(choice, i) {
  const item = document.createElement("li");
  item.id = `agency-option-${i}`;
  item.setAttribute("role", "option");
  item.setAttribute("aria-selected", "false");
  item.dataset.value = choice.value;
  const code = document.createElement("span");
  code.className = "code";
  code.textContent = choice.code;
  item.append(code, choice.name);
  return item;
}
/** What is only to be seen in the list: it is no option. */
function line(className, text) {
  const item = document.createElement("li");
  item.className = className;
  item.setAttribute("role", "presentation");
  item.textContent = text;
  return item;
}

function open(text) {
  const found = matches(text);
  const items = found.map(optionOf);
  // As they come: those that one has asked for last stand first.
  const last = found === choices ? found.filter(({ isLast }) => isLast).length : 0;
  if (last > 0 && last < items.length) {
    items.splice(last, 0, line("group", "All agencies"));
    items.unshift(line("group", "Yours of late"));
  }
  if (items.length === 0) items.push(line("none", "No agency fits."));
  list.replaceChildren(...items);
  says.textContent = found.length === 0
    ? "No agency fits."
    : `${found.length} ${found.length === 1 ? "agency" : "agencies"}.`;
  list.hidden = false;
  input.setAttribute("aria-expanded", "true");
  activate(-1);
}
function close() {
  list.hidden = true;
  input.setAttribute("aria-expanded", "false");
  activate(-1);
}
function activate(index) {
  active = index;
  for (const [i, item] of options().entries()) item.setAttribute("aria-selected", String(i === index));
  const item = options()[index];
  if (item) {
    input.setAttribute("aria-activedescendant", item.id);
    item.scrollIntoView({ block: "nearest" });
  } else input.removeAttribute("aria-activedescendant");
}
function choose(item) {
  input.value = item.dataset.value;
  document.getElementById("several")?.remove();
  close();
  input.dispatchEvent(new Event("change", { bubbles: true }));
}

input.addEventListener("input", () => {
  document.getElementById("several")?.remove();
  open(input.value);
});
input.addEventListener("click", () => list.hidden ? open("") : close());
input.addEventListener("blur", close);
// The field keeps the focus while an option is clicked.
list.addEventListener("mousedown", (event) => event.preventDefault());
list.addEventListener("click", (event) => {
  const item = event.target.closest("[role=option]");
  if (item) choose(item);
});
input.addEventListener("keydown", (event) => {
  const { key, altKey } = event;
  const count = options().length;
  if (key === "ArrowDown" || key === "ArrowUp") {
    event.preventDefault();
    if (key === "ArrowUp" && altKey) return close();
    if (list.hidden) {
      open(choices.some(({ value }) => value === input.value) ? "" : input.value);
      if (altKey) return;
    }
    const { length } = options();
    if (length === 0) return;
    if (key === "ArrowDown") activate(active + 1 >= length ? 0 : active + 1);
    else activate(active <= 0 ? length - 1 : active - 1);
  } else if (key === "Enter" && !list.hidden && active >= 0) {
    event.preventDefault();
    choose(options()[active]);
  } else if (key === "Escape") {
    if (list.hidden) input.value = "";
    close();
  } else if ((key === "Home" || key === "End") && active >= 0) {
    event.preventDefault();
    activate(key === "Home" ? 0 : count - 1);
  } else if (key === "Tab" && !list.hidden && active >= 0) choose(options()[active]);
});
