// What the form does besides: everything works without it.

const form = document.getElementById("request");
const look = document.getElementById("look");
const records = document.getElementById("records");

// Focus goes to what is wrong.
document.getElementById("errors")?.focus();

// What is only said where there is no script.
for (const part of document.querySelectorAll("[data-without-script]")) part.hidden = true;

// Fields that do not matter for the chosen type of file are hidden.
const show = (of = form) => {
  const type = new FormData(of).get("file_type");
  for (const part of of.querySelectorAll("[data-for]")) {
    part.hidden = !part.dataset.for.split(" ").includes(type);
  }
};

/** The form's fields as an address has them: without those that are hidden, empty, or as at first. */
const fields = (of = form) => {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(of)) {
    const field = of.elements.namedItem(name);
    const isHidden = field instanceof Element && field.closest("[hidden]");
    const isAsAtFirst = field instanceof HTMLSelectElement && field.selectedIndex === 0;
    if (value === "" || isHidden || isAsAtFirst) continue;
    // An agency's code says all that there is to say.
    query.set(name, name === "agency" ? value.replace(/^([0-9A-Z]{3,4}) – .*$/, "$1") : value);
  }
  return query;
};

// What the form would give is shown as it is filled in; its address is then that of the filled form.
let asked = new AbortController();
let timer;
// What stands there at first is of the form as it came: it may have been filled in since, also by the
// browser.
const asItCame = form.cloneNode(true);
asItCame.reset();
show(asItCame);
let last = fields(asItCame).toString();
const lookAgain = () => {
  const query = fields();
  if (query.toString() === last) return;
  last = query.toString();
  history.replaceState(null, "", `/?${query}`);
  records.replaceChildren();
  fetchInto(look, `/look?${query}`);
};
const fetchInto = async (place, address) => {
  asked.abort();
  asked = new AbortController();
  place.setAttribute("aria-busy", "true");
  try {
    const response = await fetch(address, {
      signal: asked.signal,
      headers: { Accept: "text/html, application/json" },
    });
    if (response.status === 401) return location.reload();
    if (response.ok) {
      place.innerHTML = await response.text();
      const says = place.querySelector("[data-says]")?.dataset.says;
      if (says !== undefined) document.getElementById("look-says").textContent = says;
    } else say(place, (await response.json()).message);
  } catch (error) {
    if (error.name === "AbortError") return;
    say(place, "The service cannot be reached just now. The form works as soon as it can be.");
  }
  place.removeAttribute("aria-busy");
};
const say = (place, message) => {
  const alert = document.createElement("p");
  alert.className = "alert error";
  alert.textContent = message;
  place.replaceChildren(alert);
};

form.addEventListener("change", () => {
  show();
  clearTimeout(timer);
  timer = setTimeout(lookAgain, 50);
});
form.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(lookAgain, 500);
});

// The first records come below, without leaving the page.
document.addEventListener("click", async (event) => {
  const button = event.target.closest("button[value=records], button[value=columns]");
  if (!button) return;
  event.preventDefault();
  const query = fields();
  query.set("records", button.value === "columns" ? "all" : "first");
  await fetchInto(records, `/look/records?${query}`);
  document.getElementById("records-heading")?.focus();
});

show();
lookAgain();
addEventListener("pageshow", () => {
  show();
  lookAgain();
});
