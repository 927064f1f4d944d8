// What a page can do better with a script; every page works without it.
"use strict";

(() => {
  // A form is sent once, however often its button is pressed.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post") return;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    form.querySelectorAll("button[type=submit]").forEach((button) => button.setAttribute("aria-disabled", "true"));
  });
  // Coming back by the browser's own button, or after a partial update, the form may be sent again.
  const again = (form) => {
    delete form.dataset.sent;
    form.querySelectorAll("button[aria-disabled]").forEach((button) => button.removeAttribute("aria-disabled"));
  };
  window.addEventListener("pageshow", () => document.querySelectorAll("form[data-sent]").forEach(again));
  document.addEventListener("htmx:afterRequest", (event) => {
    const form = event.target.closest && event.target.closest("form[data-sent]");
    if (form) again(form);
  });

  // [data-filter]: a box above a long list narrows it; what is chosen stays.
  const plain = (text) => text.normalize("NFKD").replace(/\p{M}/gu, "").toLowerCase();
  const narrow = (list) => {
    if (list.dataset.narrowed) return;
    list.dataset.narrowed = "yes";
    const rows = [...list.children].map((row) => [row, plain(row.textContent), row.querySelector("input") || row]);
    const box = document.createElement("input");
    box.type = "search";
    box.className = "control control-filter";
    box.placeholder = list.dataset.filter;
    box.setAttribute("aria-label", list.dataset.filter);
    box.addEventListener("input", () => {
      const words = plain(box.value).split(/\s+/).filter(Boolean);
      const stays = ([, text, choice]) =>
        choice.selected || choice.checked || words.every((word) => text.includes(word));
      list.replaceChildren(...rows.filter(stays).map(([row]) => row));
    });
    box.addEventListener("keydown", (event) => {
      if (event.key === "Enter") event.preventDefault();
    });
    list.before(box);
  };

  // <button data-copy="#id">: copies that text, and says so.
  document.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-copy]");
    if (!button) return;
    const source = document.querySelector(button.dataset.copy);
    navigator.clipboard.writeText(source.value || source.textContent.trim()).then(() => {
      button.textContent = button.dataset.copied;
    });
  });

  // An open menu closes on Escape and on a click elsewhere.
  const close = (event) => {
    document.querySelectorAll("details.menu[open]").forEach((menu) => {
      if (event.type === "click" && menu.contains(event.target)) return;
      menu.open = false;
      if (event.type === "keydown") menu.querySelector("summary").focus();
    });
  };
  document.addEventListener("click", close);
  document.addEventListener("keydown", (event) => event.key === "Escape" && close(event));

  const dress = (root) => {
    root.querySelectorAll("[data-filter]").forEach(narrow);
    root.querySelectorAll("[data-copy][hidden]").forEach((button) => (button.hidden = false));
  };
  dress(document);
  document.addEventListener("htmx:load", (event) => dress(event.target));

  const problems = document.getElementById("problems");
  if (problems) problems.focus();
})();
