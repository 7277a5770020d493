// Is everything right, at a load that any machine bears? Two batches and five reports a second.

import { post } from './lib/events.js';
import { onSchedule, options as make, reportAims, reportPromises, steady, stored } from './lib/open.js';
import { report } from './lib/reports.js';
import { summary } from './lib/summary.js';

export { post, report };
export const options = make(
  { post: steady('post', 2), report: steady('report', 5) },
  { ...onSchedule, ...stored, ...reportPromises },
  reportAims,
);
export const handleSummary = summary(reportAims);
