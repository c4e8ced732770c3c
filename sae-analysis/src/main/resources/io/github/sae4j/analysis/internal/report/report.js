"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const PAGE_ROWS = 50;
  const PLOT_HEIGHT = 180;
  /* Up to so many features on a token, each L0 has a bin of its own. */
  const FEW = 32;
  const carded = new Set(data.cards.map((card) => card.feature));
  const whole = new Intl.NumberFormat("en");
  const size = data.count.length;

  const element = (name, attributes = {}, ...children) => {
    const made = document.createElement(name);
    for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
    made.append(...children);
    return made;
  };
  const shown = (number) =>
    number === null ? "∞" : number === 0 ? "0" : Math.abs(number) >= 1e5 || Math.abs(number) < 1e-3
      ? number.toExponential(2) : String(Number(number.toPrecision(4)));
  const counted = (count, noun) => `${whole.format(count)} ${noun}${count === 1 ? "" : "s"}`;
  const density = (feature) => (data.tokens === 0 ? 0 : data.count[feature] / data.tokens);

  const pairs = (id, wrap) => {
    for (const [label, text] of data[id]) {
      const both = [element("dt", {}, label), element("dd", {}, text)];
      document.getElementById(id).append(...(wrap ? [element("div", {}, ...both)] : both));
    }
  };
  pairs("facts", false);
  pairs("measures", true);

  /* Plots. */

  const superscript = (exponent) =>
    "10" + String(exponent).replace(/./g, (sign) => (sign === "-" ? "⁻" : "⁰¹²³⁴⁵⁶⁷⁸⁹"[sign]));
  const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const drawn = new Map();

  /* A plot is drawn when it comes into sight, again when the colours change, and resized with its figure. */
  const sight = new IntersectionObserver((entries) => {
    for (const entry of entries) {
      const plot = drawn.get(entry.target);
      if (entry.isIntersecting && !plot.chart) plot.draw();
    }
  }, { rootMargin: "300px" });
  const widths = new ResizeObserver((entries) => {
    for (const entry of entries) {
      const width = Math.floor(entry.contentRect.width);
      const chart = drawn.get(entry.target).chart;
      if (chart && width > 0 && chart.width !== width) chart.setSize({ width, height: PLOT_HEIGHT });
    }
  });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
    for (const plot of drawn.values()) if (plot.chart) plot.draw();
  });

  /* bins: [from, to, count, name] with count above 0; logarithmic: from and to are exponents of ten. */
  const histogram = (figure, title, bins, step, logarithmic, noun) => {
    const total = bins.reduce((sum, bin) => sum + bin[2], 0);
    const place = element("div", { role: "img", "aria-label": `Histogram: ${title}` });
    const said = element("div", { class: "said" }, counted(total, noun));
    const spell = logarithmic ? (x) => shown(10 ** x) : shown;
    const tick = logarithmic ? (x) => String(Number((10 ** x).toPrecision(2))) : shown;
    const range = (bin) => bin[3] ?? `${spell(bin[0])} to ${spell(bin[1])}`;
    const words = (bin) => `${range(bin)}: ${counted(bin[2], noun)}`;
    figure.append(element("figcaption", {}, title), place, said);
    if (bins.length === 0) return;
    const rows = bins.map((bin) => element("tr", {},
      element("td", {}, range(bin)), element("td", {}, whole.format(bin[2]))));
    figure.append(element("details", {}, element("summary", {}, "As numbers"), element("table", {}, ...rows)));

    const first = logarithmic || step === 1 ? bins[0][0] : 0;
    const slots = Math.round((bins[bins.length - 1][0] - first) / step) + 1;
    const xs = Array.from({ length: slots }, (ignored, i) => first + (i + 0.5) * step);
    const ys = new Array(slots).fill(null);
    const binOf = new Array(slots);
    for (const bin of bins) {
      const slot = Math.round((bin[0] - first) / step);
      ys[slot] = bin[2];
      binOf[slot] = bin;
    }
    const highest = Math.max(...bins.map((bin) => bin[2]));
    const axis = { stroke: () => colour("--quiet"), grid: { stroke: () => colour("--line"), width: 1 },
      ticks: { show: false }, font: "12px system-ui, sans-serif" };
    const tens = (low, high) => {
      const found = [];
      for (let ten = Math.ceil(low - 1e-9); ten <= high + 1e-9; ten++) found.push(ten);
      return found;
    };
    const powers = logarithmic && tens(first, first + slots * step).length > 1;
    const plot = {
      chart: null,
      draw() {
        plot.chart?.destroy();
        plot.chart = new uPlot({
          width: Math.max(120, Math.floor(place.clientWidth)),
          height: PLOT_HEIGHT,
          legend: { show: false },
          cursor: { y: false, points: { show: false }, drag: { x: false, y: false } },
          scales: {
            x: { time: false, range: [first, first + slots * step] },
            y: { distr: 3, range: [0.5, highest * 2] },
          },
          axes: [
            { ...axis, size: 30,
              ...(step === 1 && !logarithmic ? { incrs: [1, 2, 5, 10] } : {}),
              ...(powers ? { splits: (u, i, low, high) => tens(low, high) } : {}),
              values: (u, splits) => splits.map((x) => (powers ? superscript(x) : tick(x))) },
            { ...axis, size: 52,
              splits: (u, i, low, high) => tens(0, Math.log10(high)).map((ten) => 10 ** ten),
              values: (u, splits) => splits.map((y) => whole.format(y)) },
          ],
          series: [{}, {
            stroke: () => colour("--bar"), fill: () => colour("--bar"), width: 0, points: { show: false },
            paths: uPlot.paths.bars({ size: [0.92, 100], gap: 0 }),
          }],
          hooks: { setCursor: [(u) => {
            const bin = u.cursor.idx == null || u.cursor.left < 0 ? undefined : binOf[u.cursor.idx];
            said.textContent = bin ? words(bin) : counted(total, noun);
          }] },
        }, [xs, ys], place);
      },
    };
    drawn.set(place, plot);
    sight.observe(place);
    widths.observe(place);
  };

  /* Joins numbers above zero in bins of a tenth or so of a decade. */
  const logBins = (numbers, step) => {
    const counts = new Map();
    for (const [number, count] of numbers) {
      const slot = Math.floor(Math.log10(number) / step + 1e-9);
      counts.set(slot, (counts.get(slot) ?? 0) + count);
    }
    return [...counts].sort((one, other) => one[0] - other[0])
      .map(([slot, count]) => [slot * step, (slot + 1) * step, count]);
  };

  const alive = [];
  for (let feature = 0; feature < size; feature++) if (data.count[feature] > 0) alive.push(feature);
  histogram(document.getElementById("density-plot"), "Firing density of the features",
    logBins(alive.map((feature) => [density(feature), 1]), 0.2), 0.2, true, "feature");
  const few = data.l0.every(([l0]) => l0 <= FEW);
  histogram(document.getElementById("l0-plot"), "L0 of the tokens",
    few ? data.l0.map(([l0, count]) => [l0 - 0.5, l0 + 0.5, count, String(l0)])
      : logBins(data.l0.filter(([l0]) => l0 > 0), 0.1), few ? 1 : 0.1, !few, "token");
  histogram(document.getElementById("norm-plot"), "Norm of the activations",
    data.norms.map(([from, to, count]) => [Math.log10(from), Math.log10(to), count]),
    Math.log10(2) / data.normBinsOfOctave, true, "token");

  /* The table. */

  const search = document.getElementById("search");
  const hideDead = document.getElementById("hide-dead");
  const heads = [...document.querySelectorAll("#table th")];
  const columns = {
    feature: (feature) => feature,
    density: (feature) => data.count[feature],
    count: (feature) => data.count[feature],
    max: (feature) => data.max[feature] ?? Infinity,
    strongest: (feature) => data.strongest[feature],
  };
  let order = { by: "max", falling: true };
  let found = [];
  let page = 0;

  const link = (feature) => carded.has(feature)
    ? element("a", { href: `#feature-${feature}` }, String(feature))
    : element("a", { href: "#features", "data-find": feature }, String(feature));

  const showPage = () => {
    const rows = found.slice(page * PAGE_ROWS, (page + 1) * PAGE_ROWS).map((feature) => element("tr", {},
      element("td", {}, carded.has(feature) ? link(feature) : String(feature)),
      element("td", {}, shown(density(feature))),
      element("td", {}, whole.format(data.count[feature])),
      element("td", {}, shown(data.max[feature])),
      element("td", { title: data.strongest[feature] }, data.strongest[feature].replace(/\n/g, "↵"))));
    document.querySelector("#table tbody").replaceChildren(...rows);
    const pages = Math.max(1, Math.ceil(found.length / PAGE_ROWS));
    document.getElementById("page").textContent = `page ${page + 1} of ${whole.format(pages)}`;
    document.getElementById("previous").disabled = page === 0;
    document.getElementById("next").disabled = page >= pages - 1;
  };

  const find = () => {
    const asked = search.value.trim().toLowerCase();
    const isNumber = /^\d+$/.test(asked);
    const from = hideDead.checked ? alive : Array.from({ length: size }, (ignored, feature) => feature);
    found = asked === "" ? from.slice() : from.filter((feature) =>
      (isNumber && String(feature) === asked) || data.strongest[feature].toLowerCase().includes(asked));
    const value = columns[order.by];
    const sign = order.falling ? -1 : 1;
    found.sort((one, other) => {
      const a = value(one);
      const b = value(other);
      return a < b ? -sign : a > b ? sign : one - other;
    });
    page = 0;
    document.getElementById("found").textContent = `${whole.format(found.length)} of ${counted(size, "feature")}`;
    showPage();
  };

  for (const head of heads) {
    head.querySelector("button").addEventListener("click", () => {
      const by = head.dataset.by;
      order = { by, falling: order.by === by ? !order.falling : by !== "feature" && by !== "strongest" };
      for (const other of heads) other.removeAttribute("aria-sort");
      head.setAttribute("aria-sort", order.falling ? "descending" : "ascending");
      find();
    });
  }
  search.addEventListener("input", find);
  hideDead.addEventListener("change", find);
  document.getElementById("previous").addEventListener("click", () => { page--; showPage(); });
  document.getElementById("next").addEventListener("click", () => { page++; showPage(); });
  document.addEventListener("click", (event) => {
    const asked = event.target.closest?.("[data-find]");
    if (asked) {
      search.value = asked.dataset.find;
      hideDead.checked = false;
      find();
    }
  });
  find();

  /* The cards. */

  const relatives = (label, all, said) => {
    if (all.length === 0) return [];
    const line = element("p", { class: "relatives" }, `${label} `);
    all.forEach((other, i) => line.append(i === 0 ? "" : ", ", link(other.feature), ` (${said(other)})`));
    return [line];
  };
  const example = (found) => {
    const place = found.row === null ? `token ${found.position}` : `row ${found.row}, position ${found.position}`;
    const row = element("li", {}, element("span", { class: "value" }, shown(found.value)),
      element("span", { class: "place", title: found.file }, `${found.file.replace(/^.*[\\/]/, "")}, ${place}`));
    if (found.text !== undefined) {
      row.append(element("span", { class: "context" },
        found.before.join(""), element("mark", {}, found.text), found.after.join("")));
    }
    return row;
  };
  document.getElementById("cards-title").textContent =
    data.cards.length === 0 ? "No feature fires" : `The first ${counted(data.cards.length, "feature")} by ${data.order}`;
  for (const card of data.cards) {
    const figure = element("figure");
    document.getElementById("cards").append(element("article", { id: `feature-${card.feature}` },
      element("h3", {}, `Feature ${card.feature}`),
      element("p", { class: "relatives" },
        `density ${shown(card.density)}, ${counted(card.tokens, "token")}, largest value ${shown(card.max)}`),
      figure,
      ...relatives("Fires with", card.co_firing, (other) => `phi ${other.phi.toFixed(3)}`),
      ...relatives("Decoder row near", card.neighbours, (other) => `cosine ${other.cosine.toFixed(3)}`),
      element("ol", {}, ...card.examples.map(example))));
    const width = card.histogram.bin_width;
    histogram(figure, "Activation where it fires", card.histogram.counts
      .map((count, i) => [i * width, (i + 1) * width, count]).filter((bin) => bin[2] > 0), width, false, "token");
  }
})();
