"use strict";
(() => {
  const form = document.getElementById("filters");
  if (form) {
    const findings = [...document.querySelectorAll("#findings .finding")];
    const texts = findings.map((each) => each.textContent.toLowerCase());
    const value = (name) => document.getElementById(`filter-${name}`).value;
    const status = document.getElementById("filtered");
    const filter = () => {
      const words = value("text").toLowerCase().split(/\s+/).filter(Boolean);
      const [severity, category, layer] = ["severity", "category", "layer"].map(value);
      let shown = 0;
      findings.forEach((each, place) => {
        const fits =
          (!severity || each.dataset.severity === severity) &&
          (!category || each.dataset.categories.split(" ").includes(category)) &&
          (!layer || each.dataset.layer === layer) &&
          words.every((word) => texts[place].includes(word));
        each.hidden = !fits;
        shown += fits;
      });
      status.textContent = `${shown} of ${findings.length} findings shown.`;
    };
    form.hidden = false;
    form.addEventListener("input", filter);
    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("reset", () => setTimeout(filter));
    const unfold = document.getElementById("unfold");
    unfold.addEventListener("click", () => {
      const open = unfold.textContent === "Unfold";
      findings.forEach((each) => { each.querySelector("details").open = open; });
      unfold.textContent = open ? "Fold" : "Unfold";
    });
  }
  let opened = [];
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open], .prose details)")];
    opened.forEach((each) => { each.open = true; });
  });
  addEventListener("afterprint", () => { opened.forEach((each) => { each.open = false; }); });
  const reveal = () => {
    const target = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    for (let each = target; each; each = each.parentElement) if (each.tagName === "DETAILS") each.open = true;
  };
  addEventListener("hashchange", reveal);
  reveal();
})();
