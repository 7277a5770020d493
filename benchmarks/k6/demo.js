// Ingest and reports at the same time, on the data that `adbench demo` has loaded.
//
// Ingest is a closed loop, because it looks for capacity: each user posts as soon as it has an answer.
// Reports are an open model, because they promise a time: they start on schedule, however slow the last was.

import { config, divide } from './lib/config.js';
import { ingest } from './lib/events.js';
import { report, shapes } from './lib/reports.js';
import { TREND_STATS, handleSummary } from './lib/summary.js';

export { handleSummary, ingest, report };

// What is under way at the end is waited for: an event stored without its answer being read would go uncounted.
const common = { duration: `${config.warmup + config.seconds}s`, gracefulStop: '60s' };
const promise = [`p(50)<${config.promise}`, `p(95)<${config.promise}`];
// k6 keeps a metric by tag only where a threshold names it: `any` merely asks for the figures.
const any = ['max>=0'];

// Parts of equal length, each named after the second at which it begins: what happened when.
const length = config.seconds / config.parts;
const parts = Array.from({ length: config.parts }, (_, at) => String(Math.round(at * length)));
divide(parts.map((name) => [name, length]));

export const options = {
  scenarios: {
    ingest: { ...common, executor: 'constant-vus', exec: 'ingest', vus: config.users },
    report: {
      ...common,
      executor: 'constant-arrival-rate',
      exec: 'report',
      rate: config.reports,
      timeUnit: '1s',
      preAllocatedVUs: config.reports, // enough for answers that take a second
      maxVUs: 10 * config.reports,
    },
  },
  thresholds: {
    checks: ['rate==1'],
    'http_req_duration{name:report,phase:load}': promise,
    ...Object.fromEntries(shapes.map((shape) => [`http_req_duration{phase:load,shape:${shape}}`, any])),
    'http_req_duration{name:ingest,phase:load}': any,
    'ingest_elapsed{phase:load}': any,
    'events_accepted{phase:load}': ['count>0'],
    ...Object.fromEntries(parts.map((part) => [`http_req_duration{name:report,part:${part}}`, any])),
    ...Object.fromEntries(parts.map((part) => [`events_accepted{part:${part}}`, ['count>=0']])),
  },
  summaryTrendStats: [...TREND_STATS, 'p(5)', 'p(10)', 'p(25)', 'p(75)'], // enough for a curve
};
