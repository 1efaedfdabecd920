// What the page of a job does besides: everything works without it.

const job = document.getElementById("job");
const announcement = document.getElementById("announcement");

const MILLISECONDS = 1000;
/** What is heard must not be heard every second. */
const QUIET_MILLISECONDS = 20_000;
let heard = { state: job.dataset.state, at: Date.now() };
let wantsNotice = false;

const announce = (text) => {
  announcement.textContent = text;
};

/** Shows what only works with this script. */
const arrange = () => {
  for (const button of document.querySelectorAll("[data-copy]")) button.hidden = false;
  const notify = document.getElementById("notify");
  if (notify && "Notification" in globalThis && Notification.permission !== "denied") notify.hidden = false;
};

document.addEventListener("click", async ({ target }) => {
  const button = target.closest("button");
  if (button?.dataset.copy) {
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copy).textContent);
      announce("Copied.");
      button.dataset.words ??= button.firstElementChild.textContent;
      button.firstElementChild.textContent = "Copied";
      setTimeout(() => button.firstElementChild.textContent = button.dataset.words, 3000);
    } catch {
      announce("This browser does not let the page copy.");
      getSelection().selectAllChildren(document.getElementById(button.dataset.copy));
    }
  }
  if (button?.id === "notify") {
    wantsNotice = await Notification.requestPermission() === "granted";
    button.textContent = wantsNotice ? "You will be notified" : "This browser does not allow notifications";
    announce(button.textContent);
  }
});

/** Takes the page as it is now, without moving the reader's place or focus. */
const renew = async () => {
  const response = await fetch(location.href);
  if (!response.ok) return location.reload();
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const now = page.getElementById("job");
  if (!now) return location.reload();
  const focused = job.contains(document.activeElement) ? document.activeElement.id : undefined;
  job.replaceChildren(...now.childNodes);
  job.dataset.state = now.dataset.state;
  document.title = page.title;
  if (focused !== undefined) (document.getElementById(focused) ?? job).focus();
  arrange();
  const state = document.getElementById("state").textContent;
  announce(`The job is ${state}.`);
  if (wantsNotice) new Notification(document.querySelector("h1").textContent, { body: state });
  if (document.getElementById("progress")) setTimeout(look, MILLISECONDS);
};

/** Looks how far the job is, until it has ended. */
const look = async () => {
  const progress = document.getElementById("progress");
  try {
    const response = await fetch(`/jobs/${progress.dataset.job}/status`);
    if (!response.ok) return location.reload();
    const status = await response.json();
    if (status.ended) return await renew();
    const state = document.getElementById("state");
    state.textContent = status.state;
    state.className = `state ${status.name}`;
    document.getElementById("progress-text").textContent = status.text;
    const bar = progress.querySelector("progress");
    if (status.whole) {
      bar.max = status.whole;
      bar.value = status.done;
    }
    if (status.name !== heard.state || Date.now() - heard.at > QUIET_MILLISECONDS) {
      heard = { state: status.name, at: Date.now() };
      announce(status.text);
    }
  } catch {
    // The service is away: it is asked again.
  }
  setTimeout(look, MILLISECONDS);
};

arrange();
if (document.getElementById("progress")) setTimeout(look, MILLISECONDS / 2);
