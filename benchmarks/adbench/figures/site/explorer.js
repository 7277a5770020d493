// The results explorer: reads results.json (measured.py), and draws a table and a plot of what the address selects.
"use strict";
(() => {
  const ALWAYS = ["machine", "date", "postgres", "events", "phase", "quantile"]; // filters, also of a single value
  const NAMES = { postgres: "PostgreSQL", name: "measurement" };
  const FIRST = { what: "matrix", name: "report.latency", across: "shape", phase: "report", quantile: "0.95" };
  // Looked for also where no result has measured it: reports on empty caches.
  const SOUGHT = { matrix: ["cold.latency"] };
  const NONE = "overall"; // a number that is not split by a label
  const SHOWN = 100, PLOTTED = 40;
  const find = (id) => document.getElementById(id);
  const round = new Intl.NumberFormat("en", { maximumSignificantDigits: 4 });
  const say = (value) => value === null ? NONE : typeof value === "number" ? value.toLocaleString("en") : String(value);
  let kinds, state, whole = false;

  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    made.append(...children);
    return made;
  }

  // The state and the address: what is not said is as on the first visit of that kind.
  function read() {
    const given = Object.fromEntries(new URLSearchParams(location.hash.slice(1)));
    return Object.keys(given).length ? { ...given } : { ...FIRST };
  }
  function change(changes) {
    for (const [name, value] of Object.entries(changes)) value === "" ? delete state[name] : state[name] = value;
    history.replaceState(null, "", `#${new URLSearchParams(state)}`);
    draw();
  }

  // Rows of the chosen measurement as objects; what the kind does not have falls back to what it has.
  function selected() {
    if (!(state.what in kinds)) state.what = FIRST.what in kinds ? FIRST.what : Object.keys(kinds)[0];
    const { columns, rows } = kinds[state.what];
    const names = Object.keys(columns);
    state.name ??= columns.name[0];
    const all = rows.map((row) => {
      const made = Object.fromEntries(names.map((name, at) => [name, row[at] === null ? null : columns[name][row[at]]]));
      [made.value, made.low, made.high] = row.slice(names.length);
      return made;
    }).filter((row) => row.name === state.name);
    const labels = names.filter((name) => !["name", "unit", "file"].includes(name));
    const values = Object.fromEntries(labels.map((label) => {
      const there = new Set(all.map((row) => row[label]));
      return [label, [...(there.has(null) ? [null] : []), ...columns[label].filter((value) => there.has(value))]];
    }));
    const filters = labels.filter((label) => values[label].length > 1 || (ALWAYS.includes(label) && values[label][0] !== null));
    const kept = all.filter((row) => filters.every((label) => !(label in state) || say(row[label]) === state[label]));
    return { all, kept, values, filters, measurements: [...new Set([...columns.name, ...(SOUGHT[state.what] ?? [])])] };
  }

  function choice(id, text, options, chosen, change) {
    const select = element("select", { id });
    for (const [value, shown] of options) select.append(element("option", { value }, shown));
    select.value = chosen;
    if (select.selectedIndex < 0) { // an address may ask for what is not there
      select.append(element("option", { value: chosen }, `${chosen} (none)`));
      select.value = chosen;
    }
    select.addEventListener("change", () => change(select.value));
    return element("label", { for: id }, text, select);
  }

  function pivot({ kept, values }) {
    const across = state.across in values && values[state.across].length > 1 ? state.across : null;
    const heads = across ? values[across].filter((value) => kept.some((row) => row[across] === value)) : [];
    const differ = (label) => new Set(kept.map((row) => row[label])).size > 1;
    const keys = Object.keys(values).filter((label) => label !== across && (label === "variant" || differ(label)));
    const lines = new Map();
    for (const row of kept) {
      const key = JSON.stringify([...keys.map((label) => row[label]), row.file]);
      if (!lines.has(key)) lines.set(key, { row, cells: new Map() });
      const cell = across ? row[across] : "value";
      lines.get(key).cells.set(cell, row);
    }
    // What is plotted: as chosen, otherwise what the rows are sorted by, otherwise the first.
    const by = (state.sort ?? "").replace(/^-?=/, "");
    const named = (text) => heads.find((each) => say(each) === text);
    const plotted = across ? named(state.plot) ?? named(by) ?? heads[0] : "value";
    return { across, heads: across ? heads : ["value"], keys, lines: [...lines.values()], values, plotted };
  }

  function sorted({ lines, keys, heads, values }) {
    const [by, down] = state.sort?.startsWith("-") ? [state.sort.slice(1), -1] : [state.sort ?? "", 1];
    const head = heads.find((each) => `=${say(each)}` === by);
    if (head === undefined && !keys.includes(by)) return lines;
    const rank = head === undefined
      ? (line) => values[by].indexOf(line.row[by])
      : (line) => line.cells.get(head)?.value ?? null;
    return [...lines].sort((a, b) => { // what has no number comes last
      const [one, other] = [rank(a), rank(b)];
      return one === null || other === null ? (one === null) - (other === null) : down * (one - other);
    });
  }

  function head(text, by, number) {
    const current = (state.sort ?? "").replace(/^-/, "") === by;
    const down = current && state.sort.startsWith("-");
    const order = current ? (down ? "descending" : "ascending") : "none";
    const button = element("button", { type: "button", "data-by": by }, text, current ? (down ? " ↓" : " ↑") : "");
    button.addEventListener("click", () => {
      change({ sort: current && !down ? `-${by}` : by });
      document.querySelector(`#table [data-by="${CSS.escape(by)}"]`)?.focus();
    });
    return element("th", { scope: "col", "aria-sort": order, class: number ? "number" : "" }, button);
  }

  function number(row) {
    const cell = element("td", { class: "number" });
    if (!row) return cell;
    cell.append(row.value === null ? "–" : round.format(row.value));
    if (row.low !== null && row.high !== null) {
      cell.append(element("small", {}, `[${round.format(row.low)}, ${round.format(row.high)}]`));
    }
    return cell;
  }

  function drawTable({ across, heads, keys, lines }, unit) {
    const table = element("table", { id: "table" });
    table.append(element("caption", {}, [state.name, unit, across && `by ${across}`].filter(Boolean).join(", ")));
    const shown = keys.filter((key) => key !== "date");
    table.append(element("thead", {}, element("tr", {},
      ...shown.map((key) => head(NAMES[key] ?? key, key)),
      ...heads.map((each) => head(say(each), `=${say(each)}`, true)),
      keys.includes("date") ? head("date", "date") : element("th", { scope: "col" }, "date"))));
    const body = element("tbody");
    for (const { row, cells } of whole ? lines : lines.slice(0, SHOWN)) {
      const file = element("a", { href: `benchmarks/results/${row.file}` }, row.date);
      body.append(element("tr", {},
        ...shown.map((key, at) => element(at ? "td" : "th", at ? {} : { scope: "row" }, say(row[key]))),
        ...heads.map((each) => number(cells.get(each))),
        element("td", {}, file)));
    }
    table.append(body);
    find("table").replaceWith(table);
    const all = find("all");
    all.hidden = whole || lines.length <= SHOWN;
    all.textContent = `Show all ${lines.length} rows`;
  }

  function svg(tag, attributes, text) {
    const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
    for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
    if (text !== undefined) made.textContent = text;
    return made;
  }

  // The length of the longest of these texts in a picture of the figure.
  function longest(texts, figure) {
    const picture = svg("svg", {}), drawn = texts.map((text) => svg("text", {}, text));
    picture.append(...drawn);
    figure.append(picture);
    const length = Math.max(...drawn.map((each) => each.getComputedTextLength()));
    picture.remove();
    return length;
  }

  // Ticks of a scale from `low` to `high`: powers of ten where it is logarithmic, otherwise about five round steps.
  function ticks(low, high, logarithmic) {
    if (logarithmic) {
      const first = Math.floor(Math.log10(low)), last = Math.ceil(Math.log10(high));
      return Array.from({ length: last - first + 1 }, (_, at) => 10 ** (first + at));
    }
    const step = [1, 2, 5, 10].map((each) => each * 10 ** Math.floor(Math.log10((high - low) / 5 || 1)))
      .find((each) => (high - low) / each <= 6);
    const first = Math.floor(low / step);
    return Array.from({ length: Math.ceil(high / step) - first + 1 }, (_, at) => (first + at) * step);
  }

  function drawPlot({ heads, keys, lines, plotted }, unit) {
    const figure = find("plot");
    figure.replaceChildren();
    const points = lines.map(({ row, cells }) => ({ row, cell: cells.get(plotted) }))
      .filter(({ cell }) => Number.isFinite(cell?.value)).slice(0, PLOTTED);
    if (!points.length) return;
    const ends = points.flatMap(({ cell }) => [cell.value, cell.low ?? cell.value, cell.high ?? cell.value]);
    const smallest = Math.min(...ends), largest = Math.max(...ends);
    const logarithmic = smallest > 0 && largest / smallest > 20;
    const low = logarithmic ? smallest : Math.min(0, smallest), high = Math.max(0, largest);
    const marks = ticks(low, high > low ? high : 1, logarithmic); // all may be 0
    const told = keys.filter((key) => new Set(points.map(({ row }) => row[key])).size > 1);
    const names = points.map(({ row }) => (told.length ? told : ["variant"]).map((key) => say(row[key])).join(" · "))
      .map((name) => name.length > 52 ? `${name.slice(0, 51)}…` : name);
    const left = 12 + longest(names, figure), right = 12 + longest(points.map(({ cell }) => round.format(cell.value)), figure);
    const width = 860, line = 24, top = 10, bottom = top + line * points.length;
    const scale = logarithmic ? Math.log10 : (value) => value;
    const [from, to] = [scale(marks[0]), scale(marks.at(-1))];
    const x = (value) => left + (width - left - right) * (scale(value) - from) / (to - from);
    const what = `${state.name}${heads.length > 1 ? `, ${state.across} ${say(plotted)}` : ""}, ${unit}`;
    const title = `${what}: ${points.length} numbers from ${round.format(Math.min(...points.map(({ cell }) => cell.value)))} to ` +
      `${round.format(Math.max(...points.map(({ cell }) => cell.value)))}; the table above has them all`;
    const picture = svg("svg", { viewBox: `0 0 ${width} ${bottom + 45}`, role: "img", "aria-label": title });
    for (const mark of marks) {
      picture.append(svg("line", { class: "grid", x1: x(mark), x2: x(mark), y1: top, y2: bottom }),
        svg("text", { x: x(mark), y: bottom + 18, "text-anchor": "middle" }, round.format(mark)));
    }
    picture.append(svg("text", { x: (left + width - right) / 2, y: bottom + 38, "text-anchor": "middle" },
      `${unit}${logarithmic ? " (logarithmic)" : ""}`));
    points.forEach(({ cell }, at) => {
      const y = top + line * (at + 0.5);
      picture.append(svg("text", { x: left - 10, y: y + 4, "text-anchor": "end" }, names[at]));
      if (cell.low !== null && cell.high !== null) {
        picture.append(svg("line", { class: "interval", x1: x(cell.low), x2: x(cell.high), y1: y, y2: y }));
      }
      picture.append(svg("circle", { cx: x(cell.value), cy: y, r: 4 }),
        svg("text", { x: x(Math.max(cell.value, cell.high ?? cell.value)) + 8, y: y + 4 }, round.format(cell.value)));
    });
    const left_out = lines.length > points.length ? ` The first ${points.length} rows of ${lines.length}.` : "";
    figure.append(element("figcaption", {}, `${what}, with 95 % intervals where they were taken.${left_out}`), picture);
  }

  function draw() {
    const focused = document.activeElement?.id;
    const found = selected();
    const { all, kept, values, filters, measurements } = found;
    const options = (list) => list.map((each) => [say(each), say(each)]);
    const splits = Object.keys(values).filter((label) => values[label].length > 1);
    const table = pivot(found);
    const unit = [...new Set(all.map((row) => row.unit))].join(" or ");
    const choices = [
      choice("what", "kind of result", options(Object.keys(kinds)), state.what, (what) => {
        state = {};
        change(what === FIRST.what ? FIRST : { what });
      }),
      choice("name", "measurement", options(measurements), state.name, (name) => {
        const { what, across } = state;
        state = { what, ...(across ? { across } : {}) };
        change({ name });
      }),
      choice("across", "across", [["", "nothing"], ...options(splits)], table.across ?? "", (across) => change({ across, plot: "" })),
    ];
    if (table.heads.length > 1) {
      choices.push(choice("plotted", "plot", options(table.heads), say(table.plotted), (plot) => change({ plot })));
    }
    find("choices").replaceChildren(...choices);
    find("filters").replaceChildren(...filters.map((label) => choice(`filter-${label}`, NAMES[label] ?? label,
      [["", "any"], ...options(values[label])], state[label] ?? "", (value) => change({ [label]: value, sort: state.sort ?? "" }))));
    table.lines = sorted(table);
    drawTable(table, unit);
    drawPlot(table, unit);
    find("count").textContent = !all.length ? `None of these results has ${state.name}` : `${kept.length.toLocaleString("en")} of ${all.length.toLocaleString("en")} measurements`;
    if (focused) document.getElementById(focused)?.focus(); // its element was drawn again
  }

  function begin() { state = read(); whole = false; draw(); }

  find("explorer").addEventListener("submit", (event) => event.preventDefault());
  find("reset").addEventListener("click", () => { state = {}; change(FIRST); });
  find("all").addEventListener("click", () => { whole = true; draw(); find("scroll").focus(); });
  window.addEventListener("hashchange", begin);
  fetch("results.json").then((reply) => reply.json()).then((json) => { kinds = json; begin(); }).catch((error) => {
    find("count").textContent = `The results cannot be read (${error.message}). Look at the site over HTTP: ` +
      "python3 -m http.server --directory .adpulse/site";
  });
})();
