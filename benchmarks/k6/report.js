// Reports alone, REPORTS a second: what answers cost when nobody writes.

import { config } from './lib/config.js';
import { onSchedule, options as make, reportAims, reportPromises, steady } from './lib/open.js';
import { report } from './lib/reports.js';
import { summary } from './lib/summary.js';

export { report };
export const options = make(
  { report: steady('report', config.reports) },
  { ...onSchedule, ...reportPromises },
  reportAims,
);
export const handleSummary = summary(reportAims);
