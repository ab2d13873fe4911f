"use strict";
// Filter and sort the list of runs, and open the run that a link points to. Without this the page shows everything.
(() => {
  const form = document.querySelector(".tools");
  const list = document.querySelector("#runs .list");
  const runs = [...list.querySelectorAll("details.run")];
  const texts = new Map(runs.map((run) => [run, `${run.querySelector("summary").textContent} ${run.id}`.toLowerCase()]));
  const number = new Set(["score", "seconds"]);

  function show() {
    const words = form.elements.words.value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const run of runs) {
      run.hidden = !words.every((word) => texts.get(run).includes(word));
      shown += run.hidden ? 0 : 1;
    }
    form.querySelector("output").textContent = `${shown} of ${runs.length} runs`;
  }

  function sort() {
    const key = form.elements.order.value;
    const order = [...runs];
    if (number.has(key)) {
      // highest score first, shortest run first; runs without a score last
      const sign = key === "score" ? -1 : 1;
      const value = (run) => (run.dataset[key] === "" ? Infinity : sign * Number(run.dataset[key]));
      order.sort((one, other) => value(one) - value(other));
    } else if (key) {
      order.sort((one, other) => one.dataset[key].localeCompare(other.dataset[key]));
    }
    list.append(...order);
  }

  function open() {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (target && target.matches("details.run")) {
      target.hidden = false;
      target.open = true;
      target.scrollIntoView();
    }
  }

  form.hidden = runs.length === 0;
  form.addEventListener("submit", (event) => event.preventDefault());
  form.elements.words.addEventListener("input", show);
  form.elements.order.addEventListener("change", sort);
  addEventListener("hashchange", open);
  show();
  open();
})();
