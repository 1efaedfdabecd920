// What the form does besides: everything works without it.
"use strict";

// Fields that do not matter for the chosen type of file are hidden.
const form = document.getElementById("request");
if (form) {
  const show = () => {
    const type = new FormData(form).get("file_type");
    for (const part of form.querySelectorAll("[data-for]")) {
      part.hidden = !part.dataset.for.split(" ").includes(type);
    }
  };
  form.addEventListener("change", show);
  show();
}

const errors = document.getElementById("errors");
if (errors) errors.focus();
