// The open model: requests arrive on schedule, however slow the last one was, as people's do. A slow service then
// shows as long answers, and not as fewer questions (coordinated omission).

import { config } from './config.js';
import { shapes } from './reports.js';
import { TREND_STATS } from './summary.js';

// What is under way at the end is waited for: an event stored without its answer being read would go uncounted.
const gracefulStop = '60s';

// k6 users, each busy with one request: made beforehand for answers that take half a second, and more while it runs
// for answers that take up to two. An arrival that finds no user is dropped, which k6 counts.
function users(rate) {
  return { preAllocatedVUs: Math.max(Math.ceil(rate / 2), 5), maxVUs: Math.max(2 * rate, 20) };
}

// `rate` calls a second of the exported function `exec`, from the warm-up to the end.
export function steady(exec, rate) {
  const duration = `${config.warmup + config.seconds}s`;
  return { executor: 'constant-arrival-rate', exec, rate, timeUnit: '1s', duration, gracefulStop, ...users(rate) };
}

// One rate after another: [[rate, seconds], …]; the warm-up runs at the first.
export function stepwise(exec, steps) {
  const held = ([target, seconds]) => [
    { target, duration: '0s' },
    { target, duration: `${seconds}s` },
  ];
  return {
    executor: 'ramping-arrival-rate',
    exec,
    startRate: steps[0][0],
    timeUnit: '1s',
    stages: [[steps[0][0], config.warmup], ...steps].flatMap(held),
    gracefulStop,
    ...users(Math.max(...steps.map(([rate]) => rate))),
  };
}

// k6 keeps a metric by tag only where a threshold names it: these merely ask for the figures.
export const anyTime = ['max>=0'];
export const anyCount = ['count>=0'];

export const REPORTS = 'http_req_duration{name:report,phase:load}';
export const POSTS = 'http_req_duration{name:ingest,phase:load}';

// What every scenario promises: right answers, and every request on schedule.
export const onSchedule = { checks: ['rate==1'], dropped_iterations: ['count==0'] };

// Nothing is refused, and nothing fails, of what is posted.
export const stored = {
  batches_refused: ['count==0'],
  batches_failed: ['count==0'],
  'events_accepted{phase:load}': ['count>0'],
  'ingest_elapsed{phase:load}': anyTime,
  [POSTS]: anyTime,
};

// The time that a report may take, over all and by shape: the promise (which needs that some were asked) …
export const reportPromises = {
  [REPORTS]: [`p(50)<${config.promise}`, 'max>0'],
  ...byShape([`p(50)<${config.promise}`]),
};

// … and the aim.
export const reportAims = {
  [REPORTS]: [`p(50)<${config.promise / 10}`, `p(95)<${config.promise / 2}`, `p(99)<${config.promise}`],
  ...byShape([`p(95)<${config.promise}`]),
};

function byShape(thresholds) {
  return Object.fromEntries(shapes.map((shape) => [`http_req_duration{phase:load,shape:${shape}}`, thresholds]));
}

// The options of a script: thresholds of promises and aims on one metric stand side by side.
export function options(scenarios, promises, aims) {
  const thresholds = { ...promises };
  for (const [metric, list] of Object.entries(aims)) thresholds[metric] = [...(thresholds[metric] || []), ...list];
  return { scenarios, thresholds, summaryTrendStats: TREND_STATS };
}
