// What the page of reconciliations does besides: everything works without it.

const errors = document.getElementById("errors");
if (errors) errors.focus();

// An upload may take its time: it says so, and is sent once.
const form = document.querySelector("form[enctype]");
form.addEventListener("submit", (event) => {
  const button = form.querySelector("[type=submit]");
  if (button.getAttribute("aria-disabled") === "true") return event.preventDefault();
  button.setAttribute("aria-disabled", "true");
  button.textContent = "Sending …";
});
// Back from the next page, it can be sent again.
globalThis.addEventListener("pageshow", ({ persisted }) => {
  if (persisted) location.reload();
});
