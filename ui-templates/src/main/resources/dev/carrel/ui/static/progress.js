// A start on its way: live steps by server-sent events; moves on when the session is ready, asks the server for the page of any other end.
"use strict";

(() => {
  const root = document.getElementById("progress");
  const RETRY_MS = 2000;
  const LOOK_MS = 1000;
  const again = (ms) => setTimeout(() => location.reload(), ms);

  // A stop on its way: the page stays, with whatever is being pressed on it, until there is another one to show.
  const look = async () => {
    try {
      const answer = await fetch(location.href, { cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.redirected || !(await answer.text()).includes('data-state="stopping"')) {
        location.reload();
        return;
      }
    } catch {
      // The next look will tell.
    }
    setTimeout(look, LOOK_MS);
  };
  if (root.dataset.state === "stopping") {
    setTimeout(look, LOOK_MS);
    return;
  }

  const bar = document.getElementById("bar");
  const percent = document.getElementById("percent");
  const now = document.getElementById("now");
  const steps = document.getElementById("steps");
  const events = new EventSource(root.dataset.events);

  const show = (step) => {
    bar.value = step.progress;
    percent.textContent = `${Math.round(step.progress)} %`;
    if (!step.message || now.textContent === step.message) return;
    now.textContent = step.message;
    now.classList.add("unseen"); // the list shows it; this line is for those who listen
    const line = document.createElement("li");
    const text = document.createElement("span");
    text.textContent = step.message;
    const time = document.createElement("time");
    time.dateTime = step.at || new Date().toISOString();
    line.append(text, " ", time);
    steps.append(line);
    window.carrel.localTimes(line);
  };

  // A stream tells every step from the first one on, also after a reconnect.
  events.addEventListener("open", () => {
    steps.replaceChildren();
    now.textContent = "";
  });
  events.addEventListener("message", (event) => {
    const step = JSON.parse(event.data);
    show(step);
    if (step.ready) {
      events.close();
      location.replace(root.dataset.enter);
    } else if (step.failed) {
      events.close();
      location.reload();
    }
  });
  events.addEventListener("error", () => {
    if (events.readyState === EventSource.CLOSED) {
      // Ended or refused: the server knows which page is right now.
      again(RETRY_MS);
    } else {
      now.textContent = "Connection lost, trying again.";
      now.classList.remove("unseen");
    }
  });
})();
