// POST /events alone, with bodies prepared by benchmarks/adbench/workload/request_bodies.py, from clients that post as
// soon as they have an answer (benchmarks/adbench/experiments/closed_load.py): it looks for capacity.
//
// k6 shares the machine with what it measures, and a request costs it as much as it costs the service; so it does as
// little as it can. An iteration is not a request but SLICE_MS of them, and adds to k6's metrics once; every reply is
// looked at all the same.

import exec from 'k6/execution';
import http from 'k6/http';
import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { config, headers, phase } from './lib/config.js';
import { TREND_STATS, handleSummary } from './lib/summary.js';

export { handleSummary };

const SLICE_MS = 200;

const accepted = new Counter('events_accepted');
const duplicates = new Counter('events_duplicate');
const refused = new Counter('batches_refused');
const elapsed = new Trend('ingest_elapsed', true);

const packed = __ENV.GZIP === '1';
const keyed = __ENV.KEYED === '1';
// Where a body has one of these, each request fills it in each event_id: with twelve hexadecimal digits of its own, or with
// the first half of a UUID of version 7.
const HOLE = '@@@@@@@@@@@@';
const MOMENT = '~~~~~~~~~~~~~~~~~~';
const bodies = __ENV.BODIES.split('\n').map((path) => (packed ? open(path, 'b') : open(path)));
const hole = packed ? undefined : [HOLE, MOMENT].find((each) => bodies[0].includes(each));
const pieces = hole === undefined ? null : bodies.map((body) => body.split(hole));
// What almost every reply says, word for word: such a one need not be parsed.
const usual = `{"accepted":${config.batch},"duplicates":0,"rejected":[],"rejected_count":0}`;

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
  systemTags: ['status'],
};

const fixed = { headers: Object.assign({ 'Content-Type': 'application/json' }, headers) };
if (packed) fixed.headers['Content-Encoding'] = 'gzip';

let sent = 0;
let user = '';

const hex = (number, digits) => number.toString(16).padStart(digits, '0');

// Twelve hexadecimal digits that come once in all rounds.
function unique() {
  return user + hex(sent, 6);
}

// The time, the version and the client: two clients may send the same body in the same millisecond.
function moment() {
  const now = hex(Date.now(), 12);
  return `${now.slice(0, 8)}-${now.slice(8)}-7${hex(exec.vu.idInTest, 3)}`;
}

function filling() {
  return hole === MOMENT ? moment() : unique();
}

function post() {
  const body = pieces === null ? bodies[sent % bodies.length] : pieces[sent % pieces.length].join(filling());
  const params = keyed
    ? { headers: Object.assign({ 'Idempotency-Key': unique() }, fixed.headers) }
    : fixed;
  sent += 1;
  return http.post(`${config.baseUrl}/events`, body, params);
}

export default function () {
  if (user === '') {
    user = hex(Number(__ENV.ROUND), 3) + hex(exec.vu.idInTest, 3);
    sent = exec.vu.idInTest; // no two begin with the same body
  }
  const since = phase();
  const began = Date.now();
  // The warm-up, and the load, end on time.
  const left = since < 0 ? -since : config.seconds * 1000 - since;
  const until = began + Math.min(SLICE_MS, left);
  const found = { accepted: 0, duplicates: 0, refused: 0, wrong: 0 };
  do {
    const reply = post();
    if (reply.body === usual) {
      found.accepted += config.batch;
    } else if (reply.status === 503) {
      found.refused += 1;
      sleep(0.1);
    } else {
      const answer = reply.status === 200 ? reply.json() : { accepted: 0, duplicates: 0 };
      found.accepted += answer.accepted;
      found.duplicates += answer.duplicates;
      if (answer.accepted + answer.duplicates !== config.batch) found.wrong += 1;
    }
  } while (Date.now() < until);
  check(found, { 'every event of a batch is taken': ({ wrong }) => wrong === 0 });
  accepted.add(found.accepted);
  duplicates.add(found.duplicates);
  refused.add(found.refused);
  elapsed.add(since + Date.now() - began);
}
