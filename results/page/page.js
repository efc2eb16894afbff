// The page's tables stand in the HTML; this sorts and filters them, and draws DATA (data.js).
"use strict";

const byId = (id) => document.getElementById(id);
const SYMBOLS = { paper: "circle", "third party": "square", converted: "triangle-up", measured: "diamond" };
const VERDICTS = { holds: "diamond", "not decided": "diamond-open", "does not hold": "x-thin-open" };
const NARROW = 640;
const SHEET = 680; // pixels of a printed page, upright or not

// --- State ------------------------------------------------------------------------------------

function chosen() {
  const boxes = document.querySelectorAll("#filter [name=source]:checked");
  return {
    sources: new Set([...boxes].map((box) => box.value)),
    table: byId("table").value,
    words: byId("find").value.toLowerCase().split(/\s+/).filter(Boolean),
  };
}

const fits = (text, words) => words.every((word) => text.toLowerCase().includes(word));
const link = (path) => [DATA.root, ...path.split("/")].map((part, at) => (at ? encodeURIComponent(part) : part)).join("/");

// --- Theme ------------------------------------------------------------------------------------

const root = document.documentElement;
const system = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (root.dataset.theme ? root.dataset.theme === "dark" : system.matches);

function setTheme(theme) {
  if (theme) root.dataset.theme = theme;
  else delete root.dataset.theme;
  byId("theme").setAttribute("aria-pressed", isDark());
  draw();
}

function remembered(theme) {
  try { // a browser may keep nothing for pages on a disk
    if (theme) localStorage.setItem("theme", theme);
    return localStorage.getItem("theme");
  } catch {
    return null;
  }
}

const probe = document.createElement("span");
function colour(name) { // what light-dark() comes to
  probe.style.color = `var(--${name.replace(" ", "-")})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

// --- Tables -----------------------------------------------------------------------------------

const isNone = (text) => /^(–|-|N\/A.*|not run.*)?$/.test(text);
const figure = (text) => parseFloat(text.replace(/,/g, ""));

function sort(head) {
  const table = head.closest("table");
  const heads = [...head.parentElement.children];
  const body = table.tBodies[0];
  const order = { none: "ascending", ascending: "descending", descending: "none" }[head.ariaSort];
  for (const other of heads) other.ariaSort = other === head ? order : "none";
  const rows = [...body.rows];
  rows.forEach((row, at) => { row.dataset.at ??= at; });
  const at = heads.indexOf(head);
  const text = (row) => row.cells[at].textContent.trim();
  const there = rows.filter((row) => !isNone(text(row)));
  const numeric = there.every((row) => !Number.isNaN(figure(text(row))));
  const sign = order === "descending" ? -1 : 1;
  const compare = (a, b) => {
    if (order === "none") return 0;
    const [left, right] = [text(a), text(b)];
    if (isNone(left) || isNone(right)) return isNone(left) - isNone(right);
    return sign * (numeric ? figure(left) - figure(right) : left.localeCompare(right, "en", { numeric: true }));
  };
  rows.sort((a, b) => compare(a, b) || a.dataset.at - b.dataset.at);
  body.append(...rows);
}

function filterTables() {
  const { sources, table, words } = chosen();
  for (const source of DATA.sources) {
    document.body.classList.toggle(`hide-${source.replace(" ", "-")}`, !sources.has(source));
  }
  let [shown, all] = [0, 0];
  for (const section of document.querySelectorAll(".printed")) {
    const isOff = table !== "" && section.id !== table;
    let own = 0;
    for (const row of section.querySelectorAll("tbody tr")) {
      const [name, network] = row.cells;
      row.hidden = !fits(`${section.id} ${name.textContent} ${network.textContent}`, words);
      own += !row.hidden;
      all += 1;
    }
    section.hidden = isOff || !own;
    shown += isOff ? 0 : own;
  }
  byId("found").textContent = `${shown} of ${all} rows`;
  byId("nothing").hidden = shown > 0;
}

// --- Plots ------------------------------------------------------------------------------------

const safe = (text) => text.replace(/&/g, "&amp;").replace(/</g, "&lt;").replace(/>/g, "&gt;");

function wrapped(text) { // Plotly breaks no lines of its own
  const lines = [""];
  for (const word of text.split(" ")) {
    if (lines.at(-1) && lines.at(-1).length + word.length > 46) lines.push("");
    lines.push(`${lines.pop()} ${word}`.trim());
  }
  return lines.map(safe).join("<br>");
}

const digits = (value) => value.toLocaleString("en", { maximumSignificantDigits: value < 1000 ? 3 : 4 });

function said(point, axis) {
  const half = point.half === null ? "" : ` ± ${point.half.toFixed(1)}`;
  const same = point.others.length ? `also ${point.others.join(", ")}` : "";
  return [
    `${point.network} (${point.row})`,
    `${point.top1.toFixed(1)}${half} % top-1, ${point.source}`,
    `${digits(point.costs[axis])} ${DATA.axes[axis]}`,
    point.protocol,
    point.origin,
    same,
  ].filter(Boolean);
}

function best(points, axis) { // the Pareto front, as report/points.py has it
  const found = [];
  const byCost = [...points].sort((a, b) => a.costs[axis] - b.costs[axis] || b.top1 - a.top1);
  for (const point of byCost) if (!found.length || point.top1 > found.at(-1).top1) found.push(point);
  return found;
}

function labelled(front) { // so that no two labels stand at the same height; our own first
  const least = 0.035 * (Math.max(...front.map((point) => point.top1)) - Math.min(...front.map((point) => point.top1)));
  const found = [];
  for (const point of [...front].sort((a, b) => b.ours - a.ours || b.top1 - a.top1)) {
    if (found.every((other) => Math.abs(other.top1 - point.top1) > least)) found.push(point);
  }
  return found;
}

function ticks(values) { // 1, 2, 5, 10, ... around them, and more if there are few
  const marks = [];
  const [low, high] = [Math.min(...values) / 2, Math.max(...values) * 2];
  const steps = high / low > 40 ? [1, 2, 5] : [1, 1.5, 2, 3, 4, 5, 7];
  for (let power = -4; power < 7; power += 1) for (const step of steps) marks.push(step * 10 ** power);
  return marks.filter((mark) => mark >= low && mark <= high);
}

function layout(width, height) {
  const axis = { gridcolor: colour("rule"), zeroline: false, linecolor: colour("muted"), tickcolor: colour("rule"), automargin: true };
  return {
    axis,
    layout: {
      width,
      height,
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: width < NARROW ? 11 : Math.max(12, Math.min(17, width / 95)), color: colour("ink") },
      hoverlabel: { bgcolor: colour("raised"), bordercolor: colour("rule"), font: { color: colour("ink"), family: getComputedStyle(document.body).fontFamily, size: 12.5 }, align: "left", namelength: 0 },
      margin: { l: 48, r: 16, t: 12, b: 48 },
      showlegend: false,
      dragmode: false,
    },
  };
}

let sheet = null;
const widthOf = (div) => sheet ?? div.clientWidth;

const CONFIG = { displayModeBar: false, responsive: false };
let places = []; // of the points that are shown, in the order of their cost
let place = -1;

function drawScatter() {
  const [dataset, axis] = [byId("dataset").value, byId("axis").value];
  const { sources, table, words } = chosen();
  const here = DATA.points.filter((point) => point.dataset === dataset && sources.has(point.source)
    && [point.row, ...point.others].some((row) => row.startsWith(table))
    && fits([point.network, point.row, ...point.others].join(" "), words));
  const points = here.filter((point) => axis in point.costs);
  const div = byId("scatter");
  if (places.length) Plotly.Fx.unhover(div);
  const width = widthOf(div);
  const isNarrow = width < NARROW;
  const look = layout(width, isNarrow ? 420 : Math.max(440, Math.min(760, width * 0.46)));
  const traces = [];
  places = [];
  for (const source of DATA.sources) {
    const own = points.filter((point) => point.source === source);
    if (!own.length) continue;
    const front = best(own, axis);
    if (byId("front").checked && front.length > 1) {
      traces.push({
        x: front.map((point) => point.costs[axis]),
        y: front.map((point) => point.top1),
        mode: "lines",
        line: { color: colour(source), width: 1.2, dash: "dot", shape: "hv" },
        hoverinfo: "skip",
        name: `front of ${source}`,
      });
    }
    const named = isNarrow || source !== DATA.sources.find((each) => points.some((point) => point.source === each)) ? [] : labelled(front);
    own.forEach((point, at) => places.push({ point, curveNumber: traces.length, pointNumber: at }));
    traces.push({
      x: own.map((point) => point.costs[axis]),
      y: own.map((point) => point.top1),
      error_y: own.some((point) => point.half !== null)
        ? { type: "data", array: own.map((point) => point.half ?? 0), thickness: 1, width: 3 } : undefined,
      mode: named.length ? "markers+text" : "markers",
      text: own.map((point) => (named.includes(point) ? safe(point.network.replace(/\[\d+\]| frames/g, "")) : "")),
      textposition: "top left",
      textfont: { size: look.layout.font.size - 1.5, color: colour("muted") },
      hovertext: own.map((point) => said(point, axis).map(wrapped).join("<br>")),
      hoverinfo: "text",
      marker: {
        symbol: own.map((point) => SYMBOLS[source] + (point.ours ? "" : "-open")),
        size: own.map((point) => (point.ours ? 12 : 9)),
        opacity: 1,
        color: colour(source),
        line: { width: 1.6, color: colour(source) },
      },
      name: source,
    });
  }
  places.sort((a, b) => a.point.costs[axis] - b.point.costs[axis]);
  place = -1;
  const marks = points.length ? ticks(points.map((point) => point.costs[axis])) : [1, 10];
  const ends = points.length ? [Math.min, Math.max].map((end) => Math.log10(end(...points.map((point) => point.costs[axis])))) : [0, 1];
  const room = Math.max(ends[1] - ends[0], 0.3);
  look.layout.xaxis = { ...look.axis, type: "log", range: [ends[0] - room * (isNarrow ? 0.06 : 0.16), ends[1] + room * 0.06], title: { text: DATA.axes[axis] ?? "" }, tickvals: marks, ticktext: marks.map(digits) };
  look.layout.yaxis = { ...look.axis, title: { text: "top-1, %" } };
  Plotly.react(div, traces, look.layout, CONFIG);
  const left = here.length - points.length;
  byId("scatter-status").textContent = `${points.length} points`
    + (left ? `; ${left} more have no such cost` : "");
}

function step(event) {
  const by = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
  if (event.key === "Enter" && place >= 0) location.assign(link(places[place].point.config));
  if (event.key === "Escape") Plotly.Fx.unhover(byId("scatter"));
  if (!by || !places.length) return;
  event.preventDefault();
  place = place < 0 ? (by > 0 ? 0 : places.length - 1) : (place + by + places.length) % places.length;
  const { point, curveNumber, pointNumber } = places[place];
  Plotly.Fx.hover(byId("scatter"), [{ curveNumber, pointNumber }]);
  byId("scatter-status").textContent = `${place + 1} of ${places.length}: ${said(point, byId("axis").value).join("; ")}`;
}

function drawDots() {
  const { sources } = chosen();
  const div = byId("dots");
  const width = widthOf(div);
  const isNarrow = width < 900;
  const found = [...DATA.orderings].reverse();
  const claims = found.map((each) => each.claim);
  const at = claims.map((_, number) => number);
  const look = layout(width, 70 + found.length * (isNarrow ? 44 : 28));
  const traces = [];
  const grey = colour("muted");
  if (sources.has("paper")) {
    traces.push({
      x: found.map((each) => each.paper),
      y: at,
      mode: "markers",
      marker: { symbol: "circle", size: 9, color: colour("paper") },
      hovertext: found.map((each) => `${wrapped(each.claim)}<br>the paper: ${each.paper.toFixed(1)} points`),
      hoverinfo: "text",
    });
  }
  if (sources.has("measured")) {
    for (const [group, name, ink, size, shift] of [
      ["orderFree", "order-free classes", grey, 6, -0.25],
      ["events", "events", colour("measured"), 10, 0.1],
    ]) {
      const known = found.map((each, number) => ({ ...each, ...each[group], at: number + shift })).filter((each) => each.difference !== null);
      traces.push({
        x: known.map((each) => each.difference),
        y: known.map((each) => each.at),
        xaxis: "x2",
        mode: "markers",
        error_x: { type: "data", array: known.map((each) => each.half ?? 0), thickness: size / 8, width: size / 3, color: ink },
        marker: { symbol: known.map((each) => VERDICTS[each.verdict] ?? "circle-open"), size, color: ink, line: { width: size / 5.5, color: ink } },
        hovertext: known.map((each) => [
          each.claim,
          `${name}: ${each.difference.toFixed(1)}${each.half === null ? "" : ` ± ${each.half.toFixed(1)}`} points, the paper: ${each.paper.toFixed(1)}`,
          each.verdict,
          each.atChance?.length ? `${each.atChance.join(", ")} at chance` : "",
        ].filter(Boolean).map(wrapped).join("<br>")),
        hoverinfo: "text",
      });
    }
  }
  const across = { ...look.axis, zeroline: true, zerolinecolor: grey, zerolinewidth: 1 };
  look.layout.xaxis = { ...across, domain: [0, 0.3], title: { text: isNarrow ? "paper, points" : "the paper, points of top-1" } };
  look.layout.xaxis2 = { ...across, domain: [0.36, 1], title: { text: isNarrow ? "here, points" : "here, points of top-1" }, anchor: "y" };
  look.layout.yaxis = {
    ...look.axis,
    range: [-0.6, found.length - 0.2],
    tickvals: at,
    ticktext: claims.map(safe),
    showticklabels: !isNarrow,
    automargin: !isNarrow,
  };
  if (isNarrow) {
    look.layout.margin.l = 8;
    look.layout.annotations = claims.map((claim, number) => ({
      x: 0, xref: "paper", xanchor: "left", y: number, yshift: 14, text: safe(claim), showarrow: false, font: { size: 11 },
    }));
  }
  Plotly.react(div, traces, look.layout, CONFIG);
}

function draw() {
  drawScatter();
  drawDots();
}

// --- Start ------------------------------------------------------------------------------------

function option(select, value, text, isOff = false) {
  const made = new Option(text, value);
  made.disabled = isOff;
  select.append(made);
}

for (const name of new Set(DATA.points.map((point) => point.dataset))) option(byId("dataset"), name, name);
for (const [key, title] of Object.entries(DATA.axes)) option(byId("axis"), key, title);
if (DATA.noLatency) option(byId("axis"), "latency", `latency: ${DATA.noLatency}`, true);

byId("theme").addEventListener("click", () => setTheme(remembered(isDark() ? "light" : "dark") ?? (isDark() ? "light" : "dark")));
system.addEventListener("change", () => setTheme(root.dataset.theme));
byId("filter").addEventListener("submit", (event) => event.preventDefault());
const filter = () => { filterTables(); draw(); };
byId("filter").addEventListener("change", filter);
byId("find").addEventListener("input", filter);
for (const id of ["dataset", "axis", "front"]) byId(id).addEventListener("change", drawScatter);
byId("scatter").addEventListener("keydown", step);
for (const button of document.querySelectorAll("thead button")) {
  button.addEventListener("click", () => sort(button.closest("th")));
}
let theme;
addEventListener("beforeprint", () => {
  theme = root.dataset.theme;
  sheet = SHEET;
  setTheme("light");
});
addEventListener("afterprint", () => {
  sheet = null;
  setTheme(theme);
});
let width = innerWidth;
addEventListener("resize", () => { if (innerWidth !== width) { width = innerWidth; draw(); } });

filterTables();
setTheme(remembered());
byId("scatter").on("plotly_click", ({ points }) => {
  const found = places.find((each) => each.curveNumber === points[0].curveNumber && each.pointNumber === points[0].pointNumber);
  if (found) location.assign(link(found.point.config));
});
