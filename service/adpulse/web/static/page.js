// The page: asks for the numbers while somebody looks, and writes them down.

import { Chart } from "./chart.js";
import { Counters } from "./counters.js";
import { ask, key, Refused } from "./source.js";
import * as words from "./words.js";

const COUNTERS_MS = 2000;
const REPORTS_MS = 5000;
const SPARED = 20; // reports are asked for again after this many times as long as they took
const SUMMARY_MS = 60000; // a screen reader is told that often
const TARGET_S = 0.2;
const GROUPS = 8;
const WINDOWS = {
  hour: { start: "-1h", granularity: "minute" },
  day: { start: "-24h", granularity: "hour" },
  month: { start: "-30d", granularity: "day" },
  years: { start: "-1095d", granularity: "month" },
};
const METRICS = "impressions,clicks,conversions,cost,revenue,ctr";

const at = (id) => document.getElementById(id);
const counters = new Counters();
const chart = new Chart(at("chart"), tell);
let paused = false;
let shown = null; // the last report of the chart

// ── Writing ──────────────────────────────────────────────────────────────────────────────────────────────────────

// Writes a number where it belongs: exactly as its value, rounded as its text.
function put(element, value, format) {
  const text = value === null || value === undefined ? words.NONE : format(value);
  element.value = value ?? "";
  if (element.textContent !== text) element.textContent = text;
}

function say(state, text) {
  const status = at("status");
  status.dataset.state = state;
  if (status.textContent !== text) status.textContent = text; // a screen reader reads what changes
}

// Writes rows of cells, each {value, format}, {text} or {text, share}; keeps the elements that are there.
function fill(body, rows, nothing) {
  const columns = body.previousElementSibling.rows[0].cells.length;
  if (!rows.length) {
    const cell = document.createElement("td");
    cell.colSpan = columns;
    cell.textContent = nothing;
    const row = document.createElement("tr");
    row.className = "none";
    row.append(cell);
    body.replaceChildren(row);
    return;
  }
  if (body.rows[0]?.className === "none") body.replaceChildren();
  while (body.rows.length > rows.length) body.deleteRow(-1);
  rows.forEach((cells, place) => {
    const row = body.rows[place] ?? newRow(body, cells);
    cells.forEach((cell, column) => {
      const element = row.cells[column];
      if (cell.format) return put(element.firstChild, cell.value, cell.format);
      const text = element.firstChild;
      if (text.textContent !== cell.text) text.textContent = cell.text;
      text.title = cell.text;
      if (cell.share !== undefined) element.style.setProperty("--share", cell.share * 100);
    });
  });
}

function newRow(body, cells) {
  const row = body.insertRow();
  cells.forEach((cell, column) => {
    const element = document.createElement(column ? "td" : "th");
    if (!column) element.scope = "row";
    if (cell.share !== undefined) element.className = "named";
    element.append(document.createElement(cell.format ? "data" : "span"));
    row.append(element);
  });
  return row;
}

// ── Counters ─────────────────────────────────────────────────────────────────────────────────────────────────────

async function showCounters() {
  const content = await ask("page.json");
  offer(content.dimensions ?? []);
  const note = at("counters-note");
  note.hidden = content.counters !== null;
  if (content.counters === null) {
    note.textContent = "This key is for some campaigns. Counters are of all campaigns, and so are not shown.";
    return;
  }
  counters.add(content.instance, content.counters, performance.now());
  put(at("rate"), counters.rate(), words.rate);
  for (const outcome of ["accepted", "duplicate", "rejected"]) put(at(outcome), counters.events(outcome), words.whole);
  const { count, seconds, within, recent } = counters.reports(0.95);
  put(at("p95"), seconds, words.milliseconds);
  const gauge = at("p95-bar");
  gauge.style.width = `${Math.min(1, (seconds ?? 0) / TARGET_S) * 100}%`;
  gauge.parentElement.toggleAttribute("data-over", seconds > TARGET_S);
  at("p95-note").textContent = count
    ? `${words.percent(within)} of ${words.whole(count)} within 200 ms${recent ? ", last 5 min" : ""}`
    : "target: below 200 ms";
  if (counters.servers > 1) {
    note.hidden = false;
    note.textContent = `Counters of the ${counters.servers} servers that have answered, added up.`;
  }
  const reasons = [
    ...counters.reasons("rejected").map((reason) => ["events", ...reason]),
    ...counters.reasons("unreadable").map((reason) => ["requests", ...reason]),
  ].sort((one, other) => other[3] - one[3] || other[2] - one[2]);
  fill(
    at("reasons"),
    reasons.map(([what, code, all, fresh]) => [
      { text: code },
      { text: what },
      { value: all, format: words.whole },
      { value: fresh, format: words.whole },
    ]),
    "Nothing has been rejected.",
  );
}

// Offers what reports can be broken down by; keeps what is chosen.
function offer(dimensions) {
  const select = at("dimension");
  const names = [...dimensions, "event_type"];
  if ([...select.options].map((option) => option.value).join("\n") === names.join("\n")) return;
  const touched = select.dataset.touched ? select.value : null;
  select.replaceChildren(...names.map((name) => new Option(name, name)));
  select.value = names.includes(touched) ? touched : names[0];
  reports.now();
}

// ── Reports ──────────────────────────────────────────────────────────────────────────────────────────────────────

async function showReports() {
  const { start, granularity } = WINDOWS[at("window").value];
  const dimension = at("dimension").value;
  const began = performance.now();
  // Each is shown when it is there: the next may take too long, as a breakdown does without roll-ups.
  shown = { ...(await ask("report", { start, granularity, metrics: METRICS })), granularity };
  showSeries();
  const grouped = { start, metrics: METRICS, limit: GROUPS };
  showGroups(at("campaigns"), await ask("report", { ...grouped, group_by: "campaign_id" }));
  showGroups(at("breakdown"), await ask("report", { ...grouped, group_by: dimension }));
  at("breakdown-name").textContent = dimension;
  at("meta").textContent = `Design ${shown.meta.variant}. Reports read at ${words.clock(new Date())}.`;
  return Math.max(REPORTS_MS, SPARED * (performance.now() - began));
}

const METRIC = {
  events: (row) => row.impressions + row.clicks + row.conversions,
  ...Object.fromEntries(["impressions", "clicks", "conversions", "cost", "revenue"].map((name) => [name, (row) => row[name]])),
};

function showSeries() {
  if (!shown) return;
  const { totals, rows, granularity, query } = shown;
  const metric = at("metric").value;
  const paid = metric === "cost" || metric === "revenue";
  for (const name of ["impressions", "clicks", "conversions"]) put(at(name), totals[name], words.whole);
  for (const name of ["cost", "revenue"]) put(at(name), totals[name], words.money);
  put(at("ctr"), totals.ctr, words.percent);
  at("chart-title").textContent = `${at("metric").selectedOptions[0].text.replace("all ", "").replace(/^./, (letter) => letter.toUpperCase())} by ${granularity}`;
  const points = rows.map((row, place) => ({ at: new Date(row.bucket), value: METRIC[metric](row), open: place === rows.length - 1, row }));
  const scale = { scale: words.short, tick: words.TICK[granularity], least: paid ? 1e-6 : 1 };
  chart.show(points, granularity, scale);
  const nothing = METRIC.events(totals) === 0;
  if (nothing && at("empty").hidden) at("example").textContent = example(); // once: somebody may be copying it
  at("empty").hidden = !nothing;
  const best = points.reduce((most, point) => (point.value > most.value ? point : most), points[0]);
  at("chart").setAttribute(
    "aria-label",
    `${at("chart-title").textContent}, ${query.start} to ${query.end}. ` +
      `${(paid ? words.money : words.whole)(METRIC[metric](totals))} in all, ` +
      `most at ${words.BUCKET[granularity](best.at)}: ${(paid ? words.money : words.whole)(best.value)}.`,
  );
  fill(
    at("chart-rows"),
    rows
      .map((row) => [
        { text: words.BUCKET[granularity](new Date(row.bucket)) },
        ...["impressions", "clicks", "conversions"].map((name) => ({ value: row[name], format: words.whole })),
        ...["cost", "revenue"].map((name) => ({ value: row[name], format: words.money })),
      ])
      .reverse(),
  );
}

function tell(point) {
  if (!point) return at("readout").replaceChildren();
  const { row } = point;
  at("readout").textContent =
    `${words.BUCKET[shown.granularity](point.at)}: ${words.whole(row.impressions)} impressions, ${words.whole(row.clicks)} clicks, ` +
    `${words.whole(row.conversions)} conversions, cost ${words.money(row.cost)}${point.open ? " so far" : ""}`;
}

function showGroups(body, report) {
  // The rest has no bar: it is many groups, and would make all others look small.
  const share = (row) => (row.group === "(other)" ? 0 : row.impressions);
  const most = Math.max(...report.rows.map(share), 1);
  fill(
    body,
    report.rows.map((row) => [
      { text: row.group ?? "(none)", share: share(row) / most },
      { value: row.impressions, format: words.whole },
      { value: row.clicks, format: words.whole },
      { value: row.ctr, format: words.percent },
      { value: row.cost, format: words.money },
    ]),
    "Nothing in this window.",
  );
}

// Returns a command that sends two events of this moment.
function example() {
  const ts = new Date().toISOString();
  const event = (kind, cost) => ({ ts, campaign_id: "CAMP-123", user_id: "U1", event_type: kind, cost, metadata: { geo: "IN" } });
  const events = [event("impression", 0.0005), event("click", 0.01)].map((each) => JSON.stringify(each)).join(",\n    ");
  const secret = key.get() ? ' \\\n  -H "X-API-Key: $WRITE_KEY"' : "";
  const address = new URL("events", location.href);
  return `curl ${address} \\\n  -H "Content-Type: application/json"${secret} \\\n  -d '{"events":[\n    ${events}]}'`;
}

// ── Going on ─────────────────────────────────────────────────────────────────────────────────────────────────────

// Does its work again and again: not while the page is hidden or paused, or waits for a key.
class Loop {
  #work;
  #pause_ms;
  #timer = null;
  #busy = false;
  #again = false;
  trouble = null;

  constructor(work, pause_ms) {
    this.#work = work;
    this.#pause_ms = pause_ms;
  }

  async now() {
    clearTimeout(this.#timer);
    if (paused || document.hidden || !at("key").hidden) return;
    if (this.#busy) {
      this.#again = true; // what is under way asks for what was chosen before
      return;
    }
    this.#busy = true;
    let pause_ms = this.#pause_ms;
    try {
      pause_ms = (await this.#work()) ?? pause_ms;
      this.trouble = null;
    } catch (error) {
      if (!(error instanceof Refused)) throw error;
      if (error.asked_with !== key.get()) {
        this.#again = true; // it was another key that is refused
      } else {
        this.trouble = error;
        pause_ms = Math.max(pause_ms, error.wait_s * 1000);
        if (error.status === 401 || (error.status === 403 && error.code === "scope")) askForKey(error);
      }
    } finally {
      this.#busy = false;
    }
    showState();
    this.#timer = setTimeout(() => this.now(), this.#again ? 0 : pause_ms);
    this.#again = false;
  }
}

const reports = new Loop(showReports, REPORTS_MS);
const live = new Loop(showCounters, COUNTERS_MS);

function showState() {
  const trouble = live.trouble ?? reports.trouble;
  if (paused) say("paused", "Paused");
  else if (!at("key").hidden) say("waiting", "Waiting for a key");
  else if (trouble) say("trouble", trouble.message);
  else say("live", "Live");
}

function goOn() {
  showState();
  live.now();
  reports.now();
}

function askForKey(error) {
  if (key.get()) at("key-error").textContent = error.message;
  key.forget();
  at("forget").hidden = true;
  if (!at("key").hidden) return;
  at("key").hidden = false;
  at("key-text").focus();
}

at("key").addEventListener("submit", (event) => {
  event.preventDefault();
  key.set(at("key-text").value.trim());
  at("key-text").value = "";
  at("key-error").textContent = "";
  at("key").hidden = true;
  at("forget").hidden = false;
  goOn();
});
at("forget").addEventListener("click", () => {
  key.forget();
  location.reload();
});
at("pause").addEventListener("click", () => {
  paused = !paused;
  at("pause").setAttribute("aria-pressed", paused);
  goOn();
});
at("metric").addEventListener("change", showSeries);
at("window").addEventListener("change", () => reports.now());
at("dimension").addEventListener("change", () => {
  at("dimension").dataset.touched = "yes";
  reports.now();
});
document.addEventListener("visibilitychange", goOn);
setInterval(() => {
  if (paused || document.hidden || !at("rate").value) return;
  at("summary").textContent =
    `${at("rate").textContent} events a second. ${at("accepted").textContent} accepted, ${at("rejected").textContent} rejected. ` +
    `95 % of reports within ${at("p95").textContent}.`;
}, SUMMARY_MS);
at("forget").hidden = !key.get();
goOn();
