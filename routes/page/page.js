// What the page does besides: everything works without it.
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

// A job that is under way says how far it is, and the page is loaded again when it has ended.
const progress = document.getElementById("progress");
if (progress) {
  const bar = progress.querySelector("progress");
  const look = async () => {
    try {
      const response = await fetch(`/jobs/${progress.dataset.job}/status`);
      if (!response.ok) return location.reload();
      const job = await response.json();
      if (job.ended) return location.reload();
      document.getElementById("state").textContent = job.state;
      document.getElementById("progress-text").textContent = job.text;
      if (job.whole) {
        bar.max = job.whole;
        bar.value = Math.min(job.done, job.whole);
      }
    } catch {
      // The service is away: it is asked again.
    }
    setTimeout(look, 1000);
  };
  setTimeout(look, 500);
}
