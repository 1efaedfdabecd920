// What the page of a job does besides: everything works without it.
"use strict";

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
