// BATCHES and REPORTS a second for a long time: the last quarter must be as good as the first. What leaks, bloats or
// falls behind shows as a drift from part to part. Every fourth report is by a key of metadata.

import { config, divide } from './lib/config.js';
import { post } from './lib/events.js';
import { POSTS, onSchedule, options as make, reportAims, reportPromises, steady, stored } from './lib/open.js';
import { breakdowns, reportOrBreakdown as report } from './lib/reports.js';
import { summary } from './lib/summary.js';

const quarters = ['1', '2', '3', '4'];
divide(quarters.map((quarter) => [quarter, config.seconds / 4]));

const byQuarter = (thresholds) =>
  Object.fromEntries(quarters.map((quarter) => [`http_req_duration{name:report,part:${quarter}}`, thresholds]));
const byBreakdown = (thresholds) =>
  Object.fromEntries(breakdowns.map((shape) => [`http_req_duration{phase:load,shape:${shape}}`, thresholds]));
const aims = {
  ...reportAims,
  ...byBreakdown([`p(95)<${config.promise / 4}`]),
  ...byQuarter([`p(95)<${config.promise}`]),
  [POSTS]: ['p(95)<500'],
};

export { post, report };
export const options = make(
  { post: steady('post', config.batches), report: steady('report', config.reports) },
  { ...onSchedule, ...stored, ...reportPromises, ...byQuarter([`p(50)<${config.promise}`]) },
  aims,
);
export const handleSummary = summary(aims);
