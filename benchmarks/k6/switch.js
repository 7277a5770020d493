// BATCHES, KEYED_BATCHES (each sent twice) and REPORTS a second while the database below is changed. benchmarks/adbench/
// experiments/switch/run.py reads from k6's samples who had to wait, how long and when.

import { config } from './lib/config.js';
import { keyed, post } from './lib/events.js';
import { REPORTS, anyTime, onSchedule, options as make, steady, stored } from './lib/open.js';
import { report } from './lib/reports.js';
import { handleSummary } from './lib/summary.js';

export { handleSummary, keyed, post, report };
export const options = make(
  {
    post: steady('post', config.batches),
    keyed: steady('keyed', config.keyed),
    report: steady('report', config.reports),
  },
  { ...onSchedule, ...stored, [REPORTS]: ['max>0'], 'http_req_duration{name:keyed,phase:load}': anyTime },
  {},
);
