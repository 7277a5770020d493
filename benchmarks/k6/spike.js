// Three times as much of everything, all at once, for a third of the time: nothing is lost, the service says so when
// it is full, and afterwards reports are as fast as before.

import { config, divide } from './lib/config.js';
import { post } from './lib/events.js';
import { REPORTS, anyTime, onSchedule, options as make, stepwise, stored } from './lib/open.js';
import { report } from './lib/reports.js';
import { summary } from './lib/summary.js';

const TIMES = 3;
const seconds = config.seconds / 3;
const course = (rate) => [rate, TIMES * rate, rate].map((each) => [each, seconds]);
const names = ['before', 'spike', 'after'];
divide(names.map((name) => [name, seconds]));

const during = (name) => `http_req_duration{name:report,part:${name}}`;
const promise = [`p(50)<${config.promise}`];
const aims = {
  batches_refused: ['count==0'], // a full service may refuse; it is better when it need not
  [during('spike')]: promise,
  [during('after')]: [`p(95)<${config.promise}`],
};

export { post, report };
export const options = make(
  { post: stepwise('post', course(config.batches)), report: stepwise('report', course(config.reports)) },
  {
    ...onSchedule,
    ...stored,
    batches_refused: [],
    [during('before')]: promise,
    [during('after')]: promise,
    [REPORTS]: ['max>0'],
    ...Object.fromEntries(names.map((name) => [`http_req_duration{name:ingest,part:${name}}`, anyTime])),
  },
  aims,
);
export const handleSummary = summary(aims);
