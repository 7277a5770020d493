// BATCHES and REPORTS a second for a long time: the last quarter must be as good as the first. What leaks, bloats or
// falls behind shows as a drift from part to part.

import { config, divide } from './lib/config.js';
import { post } from './lib/events.js';
import { POSTS, onSchedule, options as make, reportAims, reportPromises, steady, stored } from './lib/open.js';
import { report } from './lib/reports.js';
import { summary } from './lib/summary.js';

const quarters = ['1', '2', '3', '4'];
divide(quarters.map((quarter) => [quarter, config.seconds / 4]));

const byQuarter = (thresholds) =>
  Object.fromEntries(quarters.map((quarter) => [`http_req_duration{name:report,part:${quarter}}`, thresholds]));
const aims = { ...reportAims, ...byQuarter([`p(95)<${config.promise}`]), [POSTS]: ['p(95)<500'] };

export { post, report };
export const options = make(
  { post: steady('post', config.batches), report: steady('report', config.reports) },
  { ...onSchedule, ...stored, ...reportPromises, ...byQuarter([`p(50)<${config.promise}`]) },
  aims,
);
export const handleSummary = summary(aims);
