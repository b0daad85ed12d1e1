// Charts: the pointer or the arrow keys pick a point, a label says what it is. The table below
// every chart holds the same data, so nothing is lost without this script.
(() => {
  const label = document.createElement("div");
  label.className = "tip";
  label.setAttribute("role", "status");
  label.hidden = true;
  const points = (chart) => [...chart.querySelectorAll(".point")];
  let at = null;

  function pick(chart, point) {
    if (at) at.classList.remove("at");
    at = point || null;
    label.hidden = !at;
    if (!at) return;
    at.classList.add("at");
    label.textContent = at.dataset.label;
    chart.parentNode.append(label);
    const box = at.getBoundingClientRect(), room = chart.parentNode.getBoundingClientRect();
    const x = box.x + box.width / 2 - room.x - label.offsetWidth / 2;
    label.style.left = Math.max(0, Math.min(x, room.width - label.offsetWidth)) + "px";
    label.style.top = box.y - room.y - label.offsetHeight - 8 + "px";
  }

  function nearest(chart, event) {
    let best = null, least = 40;
    for (const point of points(chart)) {
      const box = point.getBoundingClientRect();
      const away = Math.hypot(
        Math.max(box.left - event.clientX, 0, event.clientX - box.right),
        Math.max(box.top - event.clientY, 0, event.clientY - box.bottom) / 4,
      );
      if (away < least) [best, least] = [point, away];
    }
    return best;
  }

  const chartOf = (event) => event.target.closest?.("svg[data-points]");
  document.addEventListener("pointermove", (event) => {
    const chart = chartOf(event);
    if (chart) pick(chart, nearest(chart, event));
    else if (at && document.activeElement !== at.ownerSVGElement) pick(null, null);
  });
  document.addEventListener("focusout", () => pick(null, null));
  document.addEventListener("keydown", (event) => {
    const chart = chartOf(event);
    if (!chart) return;
    const all = points(chart), here = all.indexOf(at);
    const to = { ArrowRight: here + 1, ArrowLeft: here < 0 ? all.length - 1 : here - 1, Home: 0, End: all.length - 1 }[event.key];
    if (event.key === "Escape") pick(null, null);
    if (to === undefined) return;
    event.preventDefault();
    pick(chart, all[Math.max(0, Math.min(to, all.length - 1))]);
  });
})();
