// A chart of bars as SVG, in the size of its place on the page, so that its letters are never stretched.

const NS = "http://www.w3.org/2000/svg";
const TOP = 6;
const BOTTOM = 24;
const LETTER = 7.2; // width of a digit in an axis
const STEPS = { minute: [5, 10, 15, 20, 30, 60], hour: [1, 2, 3, 4, 6, 12, 24], day: [1, 2, 5, 7, 10, 15], month: [1, 2, 3, 6, 12, 24] };

export class Chart {
  #svg;
  #tell;
  #data = null;
  #geometry = null;

  // `tell` gets the point below the pointer, or null.
  constructor(svg, tell) {
    this.#svg = svg;
    this.#tell = tell;
    new ResizeObserver(() => this.#draw()).observe(svg);
    svg.addEventListener("pointermove", (event) => this.#look(event));
    svg.addEventListener("pointerleave", () => this.#look(null));
  }

  // `points`: [{at, value, open}], `open` if its time is not over. `scale` writes a value, `tick` a time; `least` is the
  // smallest distance of two values on the axis.
  show(points, granularity, { scale, tick, least }) {
    this.#data = { points, granularity, scale, tick, least };
    this.#draw();
  }

  #draw() {
    const width = this.#svg.clientWidth;
    const height = this.#svg.clientHeight;
    if (!this.#data || !width) return; // not laid out
    const { points, granularity, scale, tick, least } = this.#data;
    const ticks = ticksTo(Math.max(...points.map((point) => point.value), 0) || 4 * least, 4, least);
    const most = ticks.at(-1);
    const left = Math.ceil(Math.max(...ticks.map((value) => scale(value).length)) * LETTER) + 10;
    const step = (width - left) / points.length;
    const bottom = height - BOTTOM;
    const y = (value) => bottom - ((bottom - TOP) * value) / most;
    const parts = [];
    for (const value of ticks) {
      parts.push(node("line", { class: "grid", x1: left, x2: width, y1: Math.round(y(value)) + 0.5, y2: Math.round(y(value)) + 0.5 }));
      parts.push(node("text", { x: left - 8, y: y(value) + 4, "text-anchor": "end" }, scale(value)));
    }
    const band = node("rect", { class: "band", x: 0, y: TOP, width: step, height: bottom - TOP, visibility: "hidden" });
    parts.push(band);
    const gap = Math.min(Math.max(1, step * 0.22), step / 2);
    points.forEach((point, place) => {
      if (!point.value) return;
      const tall = Math.max(1, bottom - y(point.value));
      const size = { x: left + place * step + gap / 2, y: bottom - tall, width: step - gap, height: tall, rx: Math.min(2, tall / 2) };
      parts.push(node("rect", { class: point.open ? "bar open" : "bar", ...size }));
    });
    const every = STEPS[granularity].find((count) => count * step >= 64) ?? points.length;
    points.forEach((point, place) => {
      const x = left + place * step + step / 2;
      if (numberOf(point.at, granularity, place) % every === 0 && x > left + 16 && x < width - 18)
        parts.push(node("text", { x, y: height - 6, "text-anchor": "middle" }, tick(point.at)));
    });
    this.#svg.setAttribute("viewBox", `0 0 ${width} ${height}`);
    this.#svg.replaceChildren(...parts);
    this.#geometry = { left, step, band };
  }

  #look(event) {
    if (!this.#geometry) return;
    const { left, step, band } = this.#geometry;
    const place = event ? Math.floor((event.offsetX - left) / step) : -1;
    const point = this.#data.points[place];
    band.setAttribute("visibility", point ? "visible" : "hidden");
    band.setAttribute("x", left + place * step);
    this.#tell(point ?? null);
  }
}

function numberOf(at, granularity, place) {
  if (granularity === "minute") return at.getUTCMinutes();
  if (granularity === "hour") return at.getUTCHours();
  if (granularity === "month") return at.getUTCMonth();
  return place;
}

// Returns about `count` round numbers from 0 to at least `most`.
function ticksTo(most, count, least) {
  const power = 10 ** Math.floor(Math.log10(most / count));
  const step = Math.max(least, power * [1, 2, 5, 10].find((each) => each * power >= (most / count) * 0.999));
  return Array.from({ length: Math.ceil(most / step - 1e-9) + 1 }, (_, place) => place * step);
}

function node(name, attributes, text = "") {
  const made = document.createElementNS(NS, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.textContent = text;
  return made;
}
