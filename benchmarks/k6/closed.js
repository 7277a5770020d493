// POST /events alone, with bodies that the caller has prepared (`adbench run ingest`): k6 does as little as it can.
//
// A closed loop, because it looks for capacity: each user posts as soon as it has an answer.

import exec from 'k6/execution';
import http from 'k6/http';
import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { config, headers, phase } from './lib/config.js';
import { TREND_STATS, handleSummary } from './lib/summary.js';

export { handleSummary };

const accepted = new Counter('events_accepted');
const duplicates = new Counter('events_duplicate');
const refused = new Counter('batches_refused');
const elapsed = new Trend('ingest_elapsed', true);

const packed = __ENV.GZIP === '1';
const keyed = __ENV.KEYED === '1';
// Where a body has this, each request puts twelve hexadecimal digits of its own: the end of each event_id.
const HOLE = '@@@@@@@@@@@@';
const bodies = __ENV.BODIES.split('\n').map((path) => (packed ? open(path, 'b') : open(path)));
const pieces = packed || !bodies[0].includes(HOLE) ? null : bodies.map((body) => body.split(HOLE));

const any = ['max>=0'];
export const options = {
  scenarios: {
    ingest: {
      executor: 'constant-vus',
      vus: config.users,
      duration: `${config.warmup + config.seconds}s`,
      gracefulStop: '60s',
    },
  },
  thresholds: {
    checks: ['rate==1'],
    'http_req_duration{phase:load}': any,
    'ingest_elapsed{phase:load}': any,
    'events_accepted{phase:load}': ['count>=0'],
    'events_duplicate{phase:load}': ['count>=0'],
  },
  summaryTrendStats: TREND_STATS,
};

const fixed = { headers: Object.assign({ 'Content-Type': 'application/json' }, headers) };
if (packed) fixed.headers['Content-Encoding'] = 'gzip';

function unique() {
  const user = exec.vu.idInTest.toString(16).padStart(4, '0');
  return user + exec.vu.iterationInInstance.toString(16).padStart(8, '0');
}

export default function () {
  const at = (exec.vu.idInTest + exec.vu.iterationInInstance) % bodies.length;
  const body = pieces === null ? bodies[at] : pieces[at].join(unique());
  const params = keyed
    ? { headers: Object.assign({ 'Idempotency-Key': `${__ENV.RUN} ${unique()}` }, fixed.headers) }
    : fixed;
  const began = Date.now();
  const since = phase();
  const reply = http.post(`${config.baseUrl}/events`, body, params);
  elapsed.add(since + Date.now() - began);
  if (reply.status === 503) {
    refused.add(1);
    sleep(0.1);
    return;
  }
  const answer = reply.status === 200 ? reply.json() : null;
  check(answer, {
    'every event of a batch is taken': (a) => a !== null && a.accepted + a.duplicates === config.batch,
  });
  if (answer !== null) {
    accepted.add(answer.accepted);
    duplicates.add(answer.duplicates);
  }
}
