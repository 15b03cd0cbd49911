// Home: keeps the list of sessions true without a reload; often while something moves, now and then otherwise.
"use strict";

(() => {
  const MOVING_MS = 1000;
  const RESTING_MS = 10000;
  const list = () => document.getElementById("servers");
  let last = list().innerHTML;
  let timer = 0;

  /** The list as the server drew it, so that a change can be told from our own local times. */
  const drawn = async () => {
    const answer = await fetch("/hub/home", { headers: { Accept: "text/html" }, credentials: "same-origin", redirect: "manual" });
    if (answer.type === "opaqueredirect" || answer.status === 401) {
      location.reload(); // signed out elsewhere
      return null;
    }
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("servers");
  };

  const refresh = async () => {
    try {
      const fresh = await drawn();
      const busy = list().contains(document.activeElement) && document.activeElement.tagName === "SELECT";
      if (fresh && !busy && fresh.innerHTML !== last) {
        const focused = document.activeElement.closest ? document.activeElement.getAttribute("href") : null;
        last = fresh.innerHTML;
        const node = document.importNode(fresh, true);
        window.carrel.localTimes(node);
        list().replaceWith(node);
        if (focused) list().querySelector(`a[href="${CSS.escape(focused)}"]`)?.focus();
      }
    } catch {
      // The engine is away for a moment; the next round tries again.
    }
    plan();
  };

  const plan = () => {
    clearTimeout(timer);
    if (document.hidden) return;
    timer = setTimeout(refresh, list().dataset.moving === "yes" ? MOVING_MS : RESTING_MS);
  };

  document.addEventListener("visibilitychange", () => (document.hidden ? clearTimeout(timer) : refresh()));
  window.addEventListener("pageshow", (event) => event.persisted && refresh());
  plan();
})();
