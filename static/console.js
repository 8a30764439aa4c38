// What the console can do without, and is nicer with: pages that change in place, a filter that answers while
// one types, and buttons that copy. Without this file everything works by plain links and forms.
"use strict";
(() => {
  const parser = new DOMParser();
  let asked = 0;

  const ours = (url) => url.origin === location.origin && /\/(admin|account)(\/|$)/.test(url.pathname);

  // Fetches a page and puts it in place of this one; whatever is no page of the console is gone to.
  const load = async (url, options, keep) => {
    const turn = ++asked;
    document.body.setAttribute("aria-busy", "true");
    let answer;
    let html;
    try {
      answer = await fetch(url, { credentials: "same-origin", ...options });
      html = await answer.text();
    } catch {
      if (turn === asked) location.href = url;
      return;
    }
    if (turn !== asked) return;
    const page = parser.parseFromString(html, "text/html");
    // A page that follows something has the browser fetch it anew, which takes a real visit.
    if (!page.body.classList.contains("console") || answer.headers.has("refresh")) {
      location.href = answer.url;
      return;
    }
    document.title = page.title;
    document.documentElement.lang = page.documentElement.lang;
    if (keep) {
      // Only the list below the filter: what is being typed stays as it is.
      replace(keep, page);
      history.replaceState({}, "", answer.url);
    } else {
      const same = answer.url === location.href;
      document.body.replaceWith(page.body);
      if (same) history.replaceState({}, "", answer.url);
      else history.pushState({}, "", answer.url);
      scrollTo(0, 0);
      const target = document.querySelector("#alert, [aria-invalid]") ?? document.getElementById("content");
      if (target.id === "alert") target.tabIndex = -1;
      target.focus({ preventScroll: true });
    }
    document.body.removeAttribute("aria-busy");
    ready();
  };

  const replace = (form, page) => {
    const behind = (filter) => {
      const all = [];
      for (let next = filter.nextElementSibling; next; next = next.nextElementSibling) all.push(next);
      return all;
    };
    const fresh = page.querySelector("form[data-live]");
    behind(form).forEach((old) => old.remove());
    if (fresh) form.after(...behind(fresh));
  };

  const address = (form) => {
    const url = new URL(form.action);
    const query = new URLSearchParams(new FormData(form));
    for (const [name, value] of [...query]) if (!value) query.delete(name);
    url.search = query.toString();
    return url;
  };

  document.addEventListener("click", (event) => {
    const copy = event.target.closest("[data-copy]");
    if (copy) {
      const text = document.getElementById(copy.dataset.copy).textContent;
      navigator.clipboard.writeText(text).then(() => { copy.textContent = copy.dataset.done; });
      return;
    }
    const link = event.target.closest("a[href]");
    if (!link || event.defaultPrevented || event.button || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    const url = new URL(link.href);
    if (!ours(url) || link.target || link.hasAttribute("download") || (url.hash && url.pathname === location.pathname)) return;
    event.preventDefault();
    load(url.href);
  });

  document.addEventListener("submit", (event) => {
    const form = event.target;
    const url = new URL(form.action);
    if (event.defaultPrevented || !ours(url) || form.hasAttribute("data-plain")) return;
    event.preventDefault();
    if (form.method === "get") {
      load(address(form).href);
      return;
    }
    const body = new URLSearchParams(new FormData(form, event.submitter));
    load(url.href, { method: "POST", body });
  });

  let waiting;
  document.addEventListener("input", (event) => {
    const form = event.target.closest("form[data-live]");
    if (!form) return;
    clearTimeout(waiting);
    waiting = setTimeout(() => load(address(form).href, {}, form), 250);
  });

  // In a table of roles against scopes, arrows go from answer to answer.
  document.addEventListener("keydown", (event) => {
    const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };
    const step = steps[event.key];
    const cell = event.target.closest("[data-matrix] td");
    if (!step || !cell || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
    const rows = cell.closest("table").rows;
    const next = rows[cell.parentElement.rowIndex + step[0]]?.cells[cell.cellIndex + step[1]]?.querySelector("a");
    if (!next) return;
    event.preventDefault();
    next.focus();
  });

  addEventListener("popstate", () => location.reload());

  // What only makes sense with a script is hidden without it.
  const ready = () => {
    if (!navigator.clipboard) return;
    document.querySelectorAll("[data-copy]").forEach((button) => { button.hidden = false; });
  };
  ready();
})();
