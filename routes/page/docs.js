// The same call in several languages: tabs, of which one choice holds for the whole page.
const KEY = "language";
const groups = [...document.querySelectorAll(".ways")].map((ways, group) => {
  const list = document.createElement("div");
  list.setAttribute("role", "tablist");
  list.setAttribute("aria-label", "Language of the example");
  const tabs = [...ways.querySelectorAll(".way")].map((panel, i) => {
    const tab = document.createElement("button");
    const id = `way-${group}-${i}`;
    Object.assign(tab, { type: "button", id: `${id}-tab`, className: "small quiet" });
    tab.textContent = panel.dataset.language;
    tab.setAttribute("role", "tab");
    tab.setAttribute("aria-controls", id);
    panel.id = id;
    panel.setAttribute("role", "tabpanel");
    panel.setAttribute("aria-labelledby", tab.id);
    panel.querySelector("h4").hidden = true;
    tab.addEventListener("click", () => choose(panel.dataset.language));
    list.append(tab);
    return { tab, panel };
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = tabs.findIndex(({ tab }) => tab === document.activeElement);
    const next = tabs[(at + step + tabs.length) % tabs.length];
    choose(next.panel.dataset.language);
    next.tab.focus();
  });
  ways.prepend(list);
  return tabs;
});

function choose(language) {
  for (const { tab, panel } of groups.flat()) {
    const isChosen = panel.dataset.language === language;
    tab.setAttribute("aria-selected", String(isChosen));
    tab.tabIndex = isChosen ? 0 : -1;
    panel.hidden = !isChosen;
  }
  try {
    localStorage.setItem(KEY, language);
  } catch {
    // A browser that keeps nothing shows the first one again.
  }
}

let kept = null;
try {
  kept = localStorage.getItem(KEY);
} catch {
  // As above.
}
const languages = (groups[0] ?? []).map(({ panel }) => panel.dataset.language);
if (languages.length > 0) choose(languages.includes(kept) ? kept : languages[0]);
