// What the counters of a server say: sums, growth and a quantile. Behind a balancer there are several servers, each with
// counters of its own; what is shown is the sum over those that have answered of late.

const RATE_MS = 10000; // events a second are a mean over this time
const RECENT_MS = 300000; // p95 is of this time, once the page has looked for as long
const GONE_MS = 60000; // a server that has not answered for as long is left out

export class Counters {
  #servers = new Map(); // by its instance: what it said, oldest first, and what it said first

  add(instance, counters, now) {
    const server = this.#servers.get(instance) ?? { first: counters, said: [] };
    server.said.push({ at: now, ...counters });
    while (server.said.length > 2 && server.said[1].at <= now - RECENT_MS) server.said.shift();
    this.#servers.set(instance, server);
    for (const [name, each] of this.#servers) if (each.said.at(-1).at < now - GONE_MS) this.#servers.delete(name);
  }

  get servers() {
    return this.#servers.size;
  }

  // Returns the number of events with this outcome.
  events(outcome) {
    return this.#sum((server) => server.said.at(-1).events[outcome]);
  }

  // Returns accepted events a second; null before there are two answers of a server.
  rate() {
    const known = [...this.#servers.values()].filter((server) => server.said.length > 1);
    if (!known.length) return null;
    let sum = 0;
    for (const { said } of known) {
      const last = said.at(-1);
      const before = said.find((each) => each.at >= last.at - RATE_MS && each !== last) ?? said.at(-2);
      sum += ((last.events.accepted - before.events.accepted) * 1000) / (last.at - before.at);
    }
    return sum;
  }

  // Returns [code, how many, how many of them since the page was opened] of a kind, "rejected" or "unreadable".
  reasons(kind) {
    const found = new Map();
    for (const { first, said } of this.#servers.values())
      for (const [code, count] of Object.entries(said.at(-1)[kind])) {
        const [all, fresh] = found.get(code) ?? [0, 0];
        found.set(code, [all + count, fresh + count - (first[kind][code] ?? 0)]);
      }
    return [...found].map(([code, counts]) => [code, ...counts]);
  }

  // Returns the times of reports: how many, the quantile in seconds (null without reports), the share below 200 ms, and
  // true when that is of the last five minutes and not since the start.
  reports(quantile) {
    let bounds = [];
    let counts = [];
    let recent = true;
    for (const { said } of this.#servers.values()) {
      const last = said.at(-1);
      const long = last.at - said[0].at >= RECENT_MS * 0.98;
      recent &&= long;
      bounds = last.reports.bounds_s.length ? last.reports.bounds_s : bounds;
      const before = long ? said[0].reports.counts : [];
      last.reports.counts.forEach((count, place) => (counts[place] = (counts[place] ?? 0) + count - (before[place] ?? 0)));
    }
    const count = counts.reduce((sum, each) => sum + each, 0);
    const target = bounds.indexOf(0.2);
    const within = counts.slice(0, target + 1).reduce((sum, each) => sum + each, 0);
    return { count, seconds: count ? quantileOf(bounds, counts, quantile * count) : null, within: count ? within / count : null, recent };
  }

  #sum(of) {
    return [...this.#servers.values()].reduce((sum, server) => sum + of(server), 0);
  }
}

// Returns the place of the `rank`th report in a histogram, on a straight line between two bounds.
function quantileOf(bounds, counts, rank) {
  let below = 0;
  for (let place = 0; place < bounds.length; place++) {
    if (below + counts[place] >= rank) {
      const lower = place ? bounds[place - 1] : 0;
      return lower + ((bounds[place] - lower) * (rank - below)) / counts[place];
    }
    below += counts[place];
  }
  return Infinity;
}
