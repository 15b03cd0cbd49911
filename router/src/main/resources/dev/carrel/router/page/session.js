// The banner in a session's own pages: follows the session's state at the router, says when it will end or has ended, and leads back.
// It also tells the router when a person types or clicks, and saves what is open before the end.
"use strict";

(() => {
  if (window.top !== window.self) return;

  const STATE = "/.carrel/state";
  const USED = "/.carrel/used";
  const LED = "carrel-led";
  const LOST_MS = 3000; // a shorter break is not worth a word
  const SILENT_MS = 40000; // the router says something every 15 s
  const TICK_MS = 5000;
  const LONGEST_PAUSE_MS = 15000;
  const REPORT_MS = 60000; // how often it is told that somebody is here
  const PEEK_MS = 50000; // how often a page that nobody sees asks whether its session will end
  const SAVES_MS = [15000, 4000]; // so long before the end what is open is saved
  const OVERDUE_MS = 30000; // an end that did not come is not told any longer

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

  // ---- what is open in JupyterLab ----

  /**
   * JupyterLab shows itself to the page's scripts when its settings, which stand in the page, say so. They are read after this script has run: it says so, and
   * keeps what it is shown to itself.
   */
  let lab = null;
  const meetLab = () => {
    const config = document.getElementById("jupyter-config-data");
    if (config === null || "jupyterapp" in window) return;
    const settings = JSON.parse(config.textContent);
    if (String(settings.exposeAppInBrowser).toLowerCase() === "true") return; // to everybody, then
    config.textContent = JSON.stringify({ ...settings, exposeAppInBrowser: true });
    Object.defineProperty(window, "jupyterapp", {
      configurable: true,
      get: () => undefined,
      set: (app) => {
        lab = app;
      },
    });
  };
  try {
    meetLab();
  } catch {
    // It is no JupyterLab that we know: nothing is saved by us.
  }

  /** Saves every open document that has unsaved changes. */
  const saveAll = async () => {
    const app = lab ?? window.jupyterapp;
    if (!app || !app.shell || !app.commands) return;
    try {
      const open = [...app.shell.widgets("main")].map((widget) => widget.context);
      const unsaved = new Set(open.filter((context) => context && context.model && context.model.dirty));
      await Promise.allSettled([...unsaved].map((context) => context.save()));
    } catch {
      await app.commands.execute("docmanager:save-all").catch(() => {});
    }
  };

  // ---- who is here ----

  let reported = 0;
  let report = 0;
  let keepable = false; // an end is told that whoever uses the session puts off

  const used = async () => {
    reported = Date.now();
    clearTimeout(report); // what was done before is told with it
    report = 0;
    try {
      const answer = await fetch(USED, { method: "POST", cache: "no-store", signal: AbortSignal.timeout(5000) });
      if (answer.status !== 204) return false;
    } catch {
      return false;
    }
    if (keepable) calm();
    return true;
  };

  /** Typing, clicking and scrolling in the page, by a person: now and then while it goes on, and once more after it. */
  const acted = (event) => {
    if (!event.isTrusted || (host !== null && event.composedPath().includes(host))) return;
    const pause = keepable ? 1000 : REPORT_MS;
    if (report !== 0 && !keepable) return;
    clearTimeout(report);
    report = setTimeout(
      () => {
        report = 0;
        used();
      },
      Math.max(0, pause - (Date.now() - reported)),
    );
  };
  const watched = new WeakSet();
  const watch = (view) => {
    if (watched.has(view)) return;
    watched.add(view);
    for (const kind of ["keydown", "pointerdown", "wheel", "touchstart"]) view.addEventListener(kind, acted, { capture: true, passive: true });
  };
  watch(window);
  window.addEventListener("blur", () => {
    try {
      const frame = document.activeElement;
      if (frame instanceof HTMLIFrameElement && frame.contentDocument) watch(frame.contentWindow);
    } catch {
      // A frame of another origin keeps to itself what happens in it.
    }
  });

  // ---- when it will end ----

  let timers = [];
  let minded = ""; // the end that was told last

  const calm = () => {
    timers.forEach(clearTimeout);
    timers = [];
    minded = "";
    keepable = false;
    if (shown.startsWith("ends ")) clear();
  };

  const clock = (left) => new Date(Date.now() + left).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

  /** Tells of the end to come, and saves before it: at once in a page that nobody sees, whose timers the browser holds back. */
  const ending = (session, ends) => {
    const key = `ends ${session.id} ${ends.at}`;
    if (minded !== key) {
      calm();
      minded = key;
      keepable = ends.keepable;
      if (document.visibilityState === "hidden") saveAll();
      timers = SAVES_MS.map((before) => setTimeout(saveAll, Math.max(0, ends.in - before)));
      timers.push(setTimeout(calm, ends.in + OVERDUE_MS));
    }
    let action = null;
    if (ends.keepable) {
      action = element("button", "main", "Keep it");
      action.type = "button";
      action.addEventListener("click", async () => {
        action.disabled = true;
        if (!(await used())) action.textContent = "Try again";
        action.disabled = false;
      });
    }
    show(key, {
      title: `This session will end at ${clock(ends.in)}.`,
      text: [
        ends.reason,
        "Documents that are open here are saved before; your saved files are safe.",
        ends.keepable ? "" : "What runs in it ends, and you can start it again at once.",
      ]
        .filter(Boolean)
        .join(" "),
      action,
    });
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

  const running = (session, ends) => {
    if (session.id === first) {
      left = null;
      if (ends) {
        ending(session, ends);
      } else {
        calm();
        clear();
      }
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
    calm();
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
    if (news.status === 200) running(session, news.ends);
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

  /** For a page that nobody sees: whether there is something to be saved. */
  const peek = async () => {
    peeked = Date.now();
    try {
      const answer = await fetch(STATE, { cache: "no-store", headers: { Accept: "application/json" }, signal: AbortSignal.timeout(5000) });
      const news = answer.status === 200 ? await answer.json() : {};
      if (document.visibilityState !== "hidden" || news.status !== 200 || (first !== null && first !== news.session.id)) return;
      if (news.ends) ending(news.session, news.ends);
      else calm();
    } catch {
      // Whoever looks at it again is told.
    }
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
  let peeked = ticked;
  setInterval(() => {
    const now = Date.now();
    const slept = now - ticked > 3 * TICK_MS;
    ticked = now;
    if (source !== null && (slept || now - heardAt > SILENT_MS)) look();
    if (document.visibilityState === "hidden" && now - peeked >= PEEK_MS) peek();
  }, TICK_MS);
  listen();
})();
