// The banner in a session's own pages: follows the session's state at the router, says when it has ended, and leads back.
"use strict";

(() => {
  if (window.top !== window.self) return;

  const STATE = "/.carrel/state";
  const LED = "carrel-led";
  const LOST_MS = 3000; // a shorter break is not worth a word
  const SILENT_MS = 40000; // the router says something every 15 s
  const TICK_MS = 5000;
  const LONGEST_PAUSE_MS = 15000;

  const STYLE = `
    :host { all: initial !important; position: fixed !important; inset: 0 0 auto 0 !important; z-index: 2147483647 !important;
      display: block !important; pointer-events: none !important; }
    [hidden] { display: none !important; }
    .banner { pointer-events: auto; margin: 0; padding: .7rem 1rem .75rem; display: flex; flex-wrap: wrap; gap: .4rem 1rem; align-items: center;
      background: #22252b; color: #fff; border-bottom: 4px solid #7fc4ae; box-shadow: 0 .3rem 1.2rem rgba(0, 0, 0, .35);
      font: 15px/1.45 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif; animation: in .18s ease-out; }
    .banner.bad { border-bottom-color: #f0a35e; }
    .text { flex: 1 1 22rem; min-width: 0; overflow-wrap: anywhere; }
    strong { font-weight: 650; }
    .do { display: flex; flex-wrap: wrap; gap: .6rem; align-items: center; }
    a, button { font: inherit; color: #fff; cursor: pointer; padding: .4rem .95rem; border-radius: .35rem; border: 1px solid #aab0ba;
      background: transparent; text-decoration: none; }
    .main { background: #7fc4ae; border-color: #7fc4ae; color: #10201b; font-weight: 650; }
    a:hover, button:hover { filter: brightness(1.12); }
    :focus-visible { outline: 3px solid #fff; outline-offset: 2px; }
    details { flex: 1 0 100%; }
    summary { cursor: pointer; }
    pre { margin: .4rem 0 0; padding: .6rem .8rem; max-height: 12rem; overflow: auto; white-space: pre-wrap; overflow-wrap: anywhere;
      background: #14161a; border-radius: .35rem; font: 13px/1.45 ui-monospace, Menlo, Consolas, monospace; }
    @keyframes in { from { transform: translateY(-100%); } }
    @media (prefers-reduced-motion: reduce) { .banner { animation: none; } }
    @media print { .banner { display: none; } }`;

  // ---- what is seen ----

  const element = (name, cls, text) => {
    const made = document.createElement(name);
    if (cls) made.className = cls;
    if (text) made.textContent = text;
    return made;
  };

  let host = null;
  let live = null;
  let shown = "";
  let hidden = "";

  const place = () => {
    if (host === null) {
      host = document.createElement("carrel-banner");
      const root = host.attachShadow({ mode: "open" });
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
      live = element("div");
      live.setAttribute("role", "alert");
      root.append(live);
    }
    if (!host.isConnected) document.documentElement.append(host);
  };

  const clear = () => {
    shown = "";
    hidden = "";
    if (live !== null) live.replaceChildren();
  };

  const wayTo = (link) => {
    const made = element("a", "main", link.text);
    made.href = link.href;
    return made;
  };

  /** Shows one message with the one thing to do; the same message again changes nothing, also when the person has put it away. */
  const show = (key, { bad = true, title, text = "", log = [], action = null }) => {
    if (shown === key || hidden === key) return;
    shown = key;
    hidden = "";
    place();
    const banner = element("section", bad ? "banner bad" : "banner");
    banner.setAttribute("aria-label", "Carrel");
    const words = element("div", "text");
    words.append(element("strong", "", title), text ? ` ${text}` : "");
    const ways = element("div", "do");
    if (action) ways.append(action);
    const away = element("button", "", "Hide");
    away.type = "button";
    away.addEventListener("click", () => {
      clear();
      hidden = key;
    });
    ways.append(away);
    banner.append(words, ways);
    if (log.length > 0) {
      const details = element("details");
      const lines = element("pre", "", log.join("\n"));
      lines.tabIndex = 0;
      details.append(element("summary", "", "Last lines of its output"), lines);
      banner.append(details);
    }
    live.replaceChildren(banner);
  };

  // ---- what is heard ----

  let first = null; // the start of the session that this page came from
  let source = null;
  let heardAt = 0;
  let pause = 0;
  let again = 0;
  let lost = 0;
  let down = false;

  /**
   * Where the person was when this page lost its session, and comes back to. A program changes its address when requests fail: JupyterLab closes a
   * notebook that was still being opened, and a reload would show none.
   */
  let left = null;

  const here = () => location.pathname + location.search;
  const leave = () => {
    left ??= here();
  };
  const back = (href) => `${href}${href.includes("?") ? "&" : "?"}next=${encodeURIComponent(left ?? here())}`;
  const reload = () => {
    if (left === null || left === here()) location.reload();
    else location.replace(left);
  };

  const connected = () => {
    clearTimeout(lost);
    lost = 0;
    pause = 0;
    heardAt = Date.now();
    if (down) {
      down = false;
      clear();
    }
  };

  const running = (session) => {
    if (session.id === first) {
      left = null;
      clear();
      return;
    }
    const action = element("button", "main", "Reload");
    action.type = "button";
    action.addEventListener("click", reload);
    show(`running ${session.id}`, {
      bad: false,
      title: "The session is running again.",
      text: "Reload this page to go on with it.",
      action,
    });
  };

  const absent = (news, session) => {
    leave();
    const link = (news.links || [])[0];
    const going = ["stopping", "stopped", "failed"].includes(session.state);
    const action = link ? wayTo({ text: going ? "Restart" : link.text, href: news.status === 502 ? link.href : back(link.href) }) : null;
    show(`${session.id} ${session.state} ${news.error}`, {
      title: `${news.title}.`,
      text: [session.reason, news.message].filter(Boolean).join(" "),
      log: session.log || [],
      action,
    });
  };

  const heard = (news) => {
    connected();
    const session = news.session;
    if (first === null) first = session.id;
    if (news.status === 200) running(session);
    else absent(news, session);
  };

  /** In again by the front door; by itself only now and then, lest two doors send the person to and fro. */
  const expired = (news) => {
    const link = (news.links || [])[0];
    if (!link) return;
    const href = back(link.href);
    show("expired", {
      title: "You were away for a while.",
      text: "Your way into this session has expired; your saved files are safe.",
      action: wayTo({ text: "Go on", href }),
    });
    try {
      if (Date.now() - Number(sessionStorage.getItem(LED) || 0) < 60000) return;
      sessionStorage.setItem(LED, String(Date.now()));
    } catch {
      return; // Without a memory there would be no end to it.
    }
    location.assign(href);
  };

  const refused = (news) => {
    show(`refused ${news.error}`, {
      title: `${news.title || "This session cannot be reached"}.`,
      text: news.message || "",
      action: (news.links || []).length > 0 ? wayTo(news.links[0]) : null,
    });
  };

  const missed = () => {
    leave();
    if (lost === 0) {
      lost = setTimeout(() => {
        down = true;
        show("lost", {
          title: "Connection lost.",
          text: "Trying again. This page keeps what is not saved yet, and your saved files are safe.",
        });
      }, LOST_MS);
    }
  };

  const silence = () => {
    if (source !== null) source.close();
    source = null;
    clearTimeout(again);
    again = 0;
  };

  const later = () => {
    pause = Math.min(Math.max(1000, pause * 2), LONGEST_PAUSE_MS);
    again = setTimeout(ask, pause);
  };

  const ask = async () => {
    silence();
    let answer;
    let news;
    try {
      answer = await fetch(STATE, { cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
      news = await answer.json();
    } catch {
      missed();
      later();
      return;
    }
    if (answer.status === 200) {
      heard(news);
      listen();
    } else if (answer.status === 401) {
      connected();
      expired(news);
    } else if (answer.status === 429 || answer.status >= 500) {
      // The router is there and has no room: no more than an answer now and then.
      later();
    } else {
      connected();
      refused(news);
    }
  };

  const listen = () => {
    if (source !== null || document.visibilityState === "hidden") return;
    const opened = new EventSource(STATE);
    source = opened;
    heardAt = Date.now();
    opened.addEventListener("message", (event) => heard(JSON.parse(event.data)));
    opened.addEventListener("beat", connected);
    opened.addEventListener("error", () => {
      if (source !== opened) return;
      missed();
      if (opened.readyState === EventSource.CLOSED) ask(); // refused: why?
    });
  };

  /** A page nobody sees holds no connection; one that is seen again asks at once. */
  const look = () => {
    if (document.visibilityState === "hidden") {
      leave();
      silence();
    } else {
      pause = 0;
      ask();
    }
  };

  document.addEventListener("visibilitychange", look);
  window.addEventListener("online", look);
  window.addEventListener("pageshow", (event) => event.persisted && look());
  window.addEventListener("pagehide", silence);
  let ticked = Date.now();
  setInterval(() => {
    const now = Date.now();
    const slept = now - ticked > 3 * TICK_MS;
    ticked = now;
    if (source !== null && (slept || now - heardAt > SILENT_MS)) look();
  }, TICK_MS);
  listen();
})();
