// Draws each series of a report with uPlot: what it is of stands in the page as data, and beside it as a table.
(() => {
  "use strict";
  const DAY = 86400;
  const SPANS = [[DAY, "d"], [3600, "h"], [60, "min"], [1, "s"]];
  const STEPS = [1, 5, 15, 30, 60, 300, 900, 1800, 3600, 7200, 14400, 21600, 43200, DAY, 2 * DAY, 7 * DAY, 14 * DAY, 28 * DAY, 91 * DAY];
  const drawn = new Map();

  function span(seconds) {
    const [size, unit] = SPANS.find(([size]) => Math.abs(seconds) >= size) || SPANS[3];
    return `${+(seconds / size).toFixed(1)} ${unit}`;
  }

  function worded(value, unit) {
    if (value == null) return "-";
    if (unit === "s") return span(value);
    return unit === "share" ? `${+(value * 100).toFixed(1)} %` : `${+value.toFixed(2)}${unit}`;
  }

  const utc = (seconds) => uPlot.tzDate(new Date(seconds * 1000), "Etc/UTC");
  const day = (seconds) => utc(seconds).toLocaleDateString("sv");

  function options(plot, width, style) {
    const colour = (name) => style.getPropertyValue(name).trim();
    const axis = { stroke: () => resolved(colour("--faint")), grid: { stroke: resolved(colour("--rule")), width: 1 }, ticks: { show: false } };
    return {
      width,
      height: 200,
      tzDate: utc,
      cursor: { drag: { setScale: false } },
      scales: { y: { range: (_, __, most) => [0, plot.unit === "share" ? 1 : (most || 1) * 1.1] } },
      axes: [
        { ...axis, space: 90, values: (_, ticks) => ticks.map(day) },
        {
          ...axis,
          size: 64,
          values: (_, ticks) => ticks.map((each) => worded(each, plot.unit)),
          ...(plot.unit === "s" ? { incrs: STEPS } : {}),
        },
      ],
      series: [
        { label: "week from", value: (_, at) => (at == null ? "-" : day(at)) },
        ...plot.lines.map((line, index) => ({
          label: line.name,
          stroke: resolved(colour(`--c${index % 6}`)),
          width: 2,
          points: { size: 6 },
          value: (_, value) => worded(value, plot.unit),
        })),
      ],
    };
  }

  // A canvas knows no light-dark(): the browser says which of both it is.
  function resolved(colour) {
    const probe = document.createElement("i");
    probe.style.color = colour;
    document.body.append(probe);
    const found = getComputedStyle(probe).color;
    probe.remove();
    return found;
  }

  function draw(place) {
    drawn.get(place)?.destroy();
    const plot = JSON.parse(place.dataset.plot);
    const data = [plot.weeks, ...plot.lines.map((line) => line.values)];
    drawn.set(place, new uPlot(options(plot, place.clientWidth, getComputedStyle(document.documentElement)), data, place));
  }

  function drawAll() {
    for (const place of drawn.keys()) {
      if (!place.isConnected) {
        drawn.get(place).destroy();
        drawn.delete(place);
      }
    }
    document.querySelectorAll("[data-plot]").forEach(draw);
  }

  let waiting;
  window.addEventListener("resize", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => drawn.forEach((each, place) => each.setSize({ width: place.clientWidth, height: 200 })), 100);
  });
  document.addEventListener("themechange", drawAll);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
  document.addEventListener("htmx:afterSettle", drawAll);
  drawAll();
})();
