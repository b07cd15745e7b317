// Progressive enhancement only: without this file every page works by plain forms.
// It decides nothing and keeps nothing: it types keys into fields, adds up what is typed, and stops a second press.
"use strict";

const digits = (text) => text.trim().replace(/[０-９]/g, (c) => String.fromCharCode(c.charCodeAt(0) - 0xfee0));
const number = (text) => (/^[0-9]{1,9}$/.test(digits(text)) ? Number(digits(text)) : null);
const grouped = (yen) => yen.toLocaleString("ja-JP") + "円";

// Longer fields than anyone keys: a scanner that types into one must be seen by the counter whole, never cut to a sum.
const KEYED_MAX = 12;

for (const pad of document.querySelectorAll("[data-keypad-for]")) {
  const field = document.getElementById(pad.dataset.keypadFor);
  pad.addEventListener("click", (event) => {
    const key = event.target.closest("[data-key]");
    if (!key || !field) return;
    event.preventDefault();
    field.value = key.dataset.key === "back" ? field.value.slice(0, -1) : (field.value + key.dataset.key).slice(0, KEYED_MAX);
    field.dispatchEvent(new Event("input"));
  });
}

for (const form of document.querySelectorAll("form[data-total]")) {
  const field = form.querySelector("#tendered");
  const change = form.querySelector("#change");
  field.addEventListener("input", () => {
    const tendered = number(field.value);
    const rest = tendered === null ? -1 : tendered - Number(form.dataset.total);
    change.textContent = rest < 0 ? "—" : grouped(rest);
  });
}

for (const form of document.querySelectorAll("form[data-sum]")) {
  form.addEventListener("input", () => {
    let sum = 0;
    for (const field of form.querySelectorAll("[data-yen]")) sum += (number(field.value) ?? 0) * Number(field.dataset.yen);
    form.querySelector(form.dataset.sum).textContent = grouped(sum);
  });
}

for (const field of document.querySelectorAll(".basket-keys .number")) {
  field.addEventListener("change", () => field.form.requestSubmit());
  field.addEventListener("focus", () => field.select());
}

for (const form of document.querySelectorAll('form[method="post"]')) {
  form.addEventListener("submit", (event) => {
    if (form.dataset.sent) event.preventDefault();
    form.dataset.sent = "yes";
  });
}
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) delete form.dataset.sent;
});

// A page that takes scans waits for the next one and sends its own form with the scan's number; the code itself never comes here.
const pause = (ms) => new Promise((resume) => setTimeout(resume, ms));
const listen = async (form) => {
  for (;;) {
    let answer = null;
    try {
      answer = await fetch("/scan/wait?after=" + form.dataset.scan, { cache: "no-store" });
    } catch {
      // The counter starts again: the page waits.
    }
    if (answer && answer.status === 200) {
      form.elements.scan.value = await answer.text();
      form.requestSubmit();
      return;
    }
    if (!answer || answer.status !== 204) await pause(3000);
  }
};
const scanned = document.querySelector("form[data-scan]");
if (scanned) listen(scanned);
