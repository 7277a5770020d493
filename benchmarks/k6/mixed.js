// BATCHES and REPORTS a second at the same time: what writing costs those who ask, and asking those who write.

import { config } from './lib/config.js';
import { post } from './lib/events.js';
import { POSTS, onSchedule, options as make, reportAims, reportPromises, steady, stored } from './lib/open.js';
import { report } from './lib/reports.js';
import { summary } from './lib/summary.js';

const aims = { ...reportAims, [POSTS]: ['p(95)<500'] };

export { post, report };
export const options = make(
  { post: steady('post', config.batches), report: steady('report', config.reports) },
  { ...onSchedule, ...stored, ...reportPromises },
  aims,
);
export const handleSummary = summary(aims);
