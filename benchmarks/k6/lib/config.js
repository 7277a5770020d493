// What a run is given from outside: k6 run -e BASE_URL=… -e SECONDS=…

import exec from 'k6/execution';

function number(name, fallback) {
  const value = Number(__ENV[name] || fallback);
  if (!(value > 0)) throw new Error(`${name} must be a positive number, not "${__ENV[name]}"`);
  return value;
}

export const config = {
  baseUrl: (__ENV.BASE_URL || 'http://127.0.0.1:8080').replace(/\/$/, ''),
  out: __ENV.OUT || '', // the summary as JSON goes to this file
  seconds: number('SECONDS', 10), // of measured load
  warmup: number('WARMUP', 2), // seconds before that
  batch: number('BATCH', 1000), // events in a POST
  users: number('USERS', 4), // clients that POST, each waiting for its answer
  batches: number('BATCHES', 40), // POSTs a second, where they arrive on schedule
  keyed: number('KEYED_BATCHES', 5), // POSTs a second with an Idempotency-Key, each sent twice
  peak: number('PEAK', 300), // POSTs a second at the top of the ramp
  steps: number('STEPS', 10), // of the ramp
  parts: Math.round(number('PARTS', 1)), // of the time of a load, to see what happened when
  reports: number('REPORTS', 20), // GET /report a second, whether or not the last one has been answered
  campaigns: number('CAMPAIGNS', 1000), // CAMP-0001 (the largest) to this one
  days: number('DAYS', 30), // of history that reports may ask for
  promise: number('PROMISE_MS', 200), // the longest that a report may take at p50 and p95
};

// API_KEY is not in `config`, which goes into the summary.
export const headers = __ENV.API_KEY ? { Authorization: `Bearer ${__ENV.API_KEY}` } : {};

// The campaigns of benchmarks/adbench/workload/campaigns.py: skewed, so that the first few make up most of the traffic.
const width = Math.max(4, String(config.campaigns).length);
const reach = [];
for (let rank = 1, total = 0; rank <= config.campaigns; rank++) reach.push((total += rank ** -1.1));

export function campaign() {
  const wanted = Math.random() * reach[reach.length - 1];
  let low = 0;
  for (let high = reach.length - 1; low < high; ) {
    const middle = (low + high) >> 1;
    if (reach[middle] > wanted) high = middle;
    else low = middle + 1;
  }
  return `CAMP-${String(low + 1).padStart(width, '0')}`;
}

// Parts of the load that get a tag of their own, in order: [['before', 10], ['spike', 10], …], in seconds.
let parts = [];

export function divide(into) {
  parts = into;
}

// Tags everything that this iteration measures with its phase, and with its part. Returns the milliseconds since the load
// began: below 0 it is warm-up. One scenario for both, because a second one would start with cold users.
export function phase() {
  const since = Date.now() - exec.scenario.startTime - config.warmup * 1000;
  exec.vu.metrics.tags.phase = since < 0 ? 'warmup' : 'load';
  if (parts.length > 0) exec.vu.metrics.tags.part = part(since / 1000);
  return since;
}

function part(seconds) {
  if (seconds < 0) return 'warmup';
  let end = 0;
  const found = parts.find(([, length]) => seconds < (end += length));
  return (found || parts[parts.length - 1])[0];
}

export function pick(list) {
  return list[Math.floor(Math.random() * list.length)];
}
