// Every page: times in the reader's own zone, buttons that copy, and what plugins make possible.
"use strict";

(() => {
  const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });
  const hour = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });

  /** Writes the times below a node as the reader would: the hour alone in a list of steps or for today. */
  const localTimes = (root) => {
    for (const node of root.querySelectorAll("time[datetime]")) {
      const at = new Date(node.dateTime);
      if (Number.isNaN(at.getTime())) continue;
      if (!node.title) node.title = node.textContent;
      if (node.closest(".steps")) {
        node.textContent = hour.format(at);
      } else if (at.toDateString() === new Date().toDateString()) {
        node.textContent = at.toLocaleTimeString(undefined, { hour: "2-digit", minute: "2-digit" }) + " today";
      } else {
        node.textContent = day.format(at);
      }
    }
  };

  const copy = async (button) => {
    const field = document.getElementById(button.dataset.copy);
    field.select();
    try {
      await navigator.clipboard.writeText(field.value);
    } catch {
      // No clipboard on plain http: the text is selected, the older way copies it.
      document.execCommand("copy");
    }
    button.textContent = "Copied";
  };

  /** Whether this Carrel, or one of its plugins, has a feature: what depends on one is shown or hidden by it. */
  const features = new Set((document.body.dataset.features ?? "").split(" ").filter(Boolean));
  const hasFeature = (name) => features.has(name);
  for (const node of document.querySelectorAll("[data-needs-feature]")) {
    node.hidden = !hasFeature(node.dataset.needsFeature);
  }

  window.carrel = { localTimes, hasFeature };
  localTimes(document);
  for (const button of document.querySelectorAll("button[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", () => copy(button));
  }
  // A form sent twice by two quick clicks would be refused the second time.
  document.addEventListener("submit", (event) => {
    if (event.target.dataset.sent) {
      event.preventDefault();
      return;
    }
    event.target.dataset.sent = "yes";
  });
  // Coming back with the browser's Back button finds the form as it was left.
  window.addEventListener("pageshow", () => {
    for (const form of document.forms) delete form.dataset.sent;
  });
})();
