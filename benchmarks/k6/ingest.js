// The saturation point: batches arrive ever faster, in STEPS steps up to PEAK a second, until the service no longer keeps up.
//
// The run ends there by itself: when a batch is refused or cannot be sent on schedule, or when answers of a step
// take too long. That is what was looked for and no broken promise; benchmarks/adbench/experiments/load/saturation.py reads the steps.

import { config, divide } from './lib/config.js';
import { post } from './lib/events.js';
import { POSTS, anyCount, anyTime, onSchedule, options as make, stepwise } from './lib/open.js';
import { summary } from './lib/summary.js';

const KNEE_MS = 1000;
const stop = (threshold) => [{ threshold, abortOnFail: true }];

const numbers = Array.from({ length: config.steps }, (_, i) => i + 1);
const seconds = config.seconds / config.steps;
divide(numbers.map((number) => [String(number), seconds]));

const byStep = (metric, thresholds) =>
  Object.fromEntries(numbers.map((number) => [metric.replace('}', `,part:${number}}`).replace('{,', '{'), thresholds]));
const aims = {
  dropped_iterations: stop('count==0'),
  batches_refused: stop('count==0'),
  ...byStep('http_req_duration{name:ingest}', stop(`p(95)<${KNEE_MS}`)),
};

export { post };
export const options = make(
  { post: stepwise('post', numbers.map((number) => [Math.ceil((config.peak * number) / config.steps), seconds])) },
  {
    checks: onSchedule.checks,
    batches_failed: ['count==0'],
    [POSTS]: anyTime,
    'events_accepted{phase:load}': ['count>0'],
    'ingest_elapsed{phase:load}': anyTime,
    ...byStep('events_accepted{}', anyCount),
  },
  aims,
);
export const handleSummary = summary(aims);
