/** What the page does besides being read: search, filters, opening what a link points to, printing everything. Works without it. */
export const SCRIPT = `
(() => {
  const root = document.documentElement;
  root.classList.add("js");
  const search = document.getElementById("search");
  const boxes = [...document.querySelectorAll("input[name=outcome]")];
  const flows = [...document.querySelectorAll("details.flow")];
  const marks = [...document.querySelectorAll("[data-flow]")];
  const rows = [...document.querySelectorAll(".matrix tbody tr")];
  const picture = document.querySelector("section[aria-labelledby=graph-title]");
  const status = document.getElementById("status");
  const nothing = document.getElementById("nothing");
  const texts = new Map(flows.map((flow) => [flow.id, flow.textContent.toLowerCase()]));

  const apply = () => {
    const words = search.value.toLowerCase().split(/\\s+/).filter(Boolean);
    const wanted = new Set(boxes.filter((box) => box.checked).map((box) => box.value));
    const shown = new Set();
    for (const flow of flows) {
      const fits = wanted.has(flow.dataset.outcome) && words.every((word) => texts.get(flow.id).includes(word));
      flow.hidden = !fits;
      if (fits) shown.add(flow.id);
    }
    for (const mark of marks) {
      const fits = mark.dataset.flow.split(" ").some((id) => shown.has(id));
      if (mark.tagName === "TD") mark.classList.toggle("dim", !fits);
      else mark.toggleAttribute("hidden", !fits);
    }
    for (const row of rows) row.hidden = shown.size > 0 && row.querySelector("td[data-flow]:not(.dim)") === null;
    if (picture !== null) picture.hidden = picture.querySelector("a.edge:not([hidden])") === null;
    status.textContent = shown.size + " of " + flows.length + " flows shown";
    nothing.hidden = shown.size > 0 || flows.length === 0;
  };

  const openTarget = () => {
    const target = document.getElementById(location.hash.slice(1));
    if (!(target instanceof HTMLDetailsElement)) return;
    if (target.hidden) {
      search.value = "";
      for (const box of boxes) box.checked = true;
      apply();
    }
    target.open = true;
    target.querySelector("summary").focus();
    target.scrollIntoView({ block: "center" });
  };

  search.addEventListener("input", apply);
  for (const box of boxes) box.addEventListener("change", apply);
  addEventListener("hashchange", openTarget);
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[href^='#flow-']");
    if (link !== null && link.getAttribute("href") === location.hash) openTarget();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key === "/" && document.activeElement !== search && !event.ctrlKey && !event.metaKey) {
      event.preventDefault();
      search.focus();
    } else if (event.key === "Escape" && document.activeElement === search) {
      search.value = "";
      apply();
    }
  });

  // A cell that is tabbed to is not to end up behind the clients or the ports, which stay in sight.
  const frame = document.querySelector(".window");
  frame?.addEventListener("focusin", ({ target }) => requestAnimationFrame(() => {
    const cell = target.getBoundingClientRect();
    const corner = frame.querySelector("thead th").getBoundingClientRect();
    if (target === frame) return;
    frame.scrollLeft -= Math.max(0, corner.right - cell.left + 12);
    frame.scrollTop -= Math.max(0, corner.bottom - cell.top + 8);
  }));

  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const one of closed) one.open = true;
  });
  addEventListener("afterprint", () => {
    for (const one of closed) one.open = false;
  });

  apply();
  openTarget();
})();
`;
