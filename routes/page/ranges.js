// A range of days is chosen by one click, in place; without this script, its link fills the form.

const first = document.getElementById("start");
const last = document.getElementById("end");

document.addEventListener("click", (event) => {
  const range = event.target.closest("[data-start]");
  if (!range) return;
  event.preventDefault();
  first.value = range.dataset.start;
  last.value = range.dataset.end;
  first.dispatchEvent(new Event("change", { bubbles: true }));
});

/** Marks the range that is chosen, however that was done. */
const mark = () => {
  for (const range of document.querySelectorAll(".presets [data-start]")) {
    const isChosen = range.dataset.start === first.value && range.dataset.end === last.value;
    if (isChosen) range.setAttribute("aria-current", "true");
    else range.removeAttribute("aria-current");
  }
};
first?.form.addEventListener("change", mark);
