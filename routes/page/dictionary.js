// The dictionary's rows are filtered as one types, by the rule of the server's own search.
const words = document.getElementById("q");
const file = document.getElementById("file_type");
const rows = [...document.querySelectorAll("#columns tbody tr")];
const found = document.getElementById("found");

function filter() {
  const wanted = words.value.toLowerCase().split(/\s+/).filter(Boolean);
  let shown = 0;
  for (const row of rows) {
    const isShown = (file.value === "" || row.dataset.file === file.value) &&
      wanted.every((word) => row.dataset.text.includes(word));
    row.hidden = !isShown;
    if (isShown) shown += 1;
  }
  found.textContent = shown === 0
    ? "No column has all of these words."
    : shown === 1
    ? "1 column."
    : `${shown} columns.`;
  const query = new URLSearchParams();
  if (file.value) query.set("file_type", file.value);
  if (words.value) query.set("q", words.value);
  history.replaceState(null, "", `/dictionary${query.size ? `?${query}` : ""}`);
}

words.addEventListener("input", filter);
file.addEventListener("change", filter);
