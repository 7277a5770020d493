// POST /events: bodies that look live and cost k6 almost nothing.

import exec from 'k6/execution';
import http from 'k6/http';
import { check, sleep } from 'k6';
import { Counter, Trend } from 'k6/metrics';
import { campaign, config, headers, phase, pick } from './config.js';

// Exactly the events that the service said it has stored; every phase counts.
export const accepted = new Counter('events_accepted');
// 503: the service was full and said so. Not an error, and not a stored event.
export const refused = new Counter('batches_refused');
// Anything else than 200 and 503, no reply included: whether its events are stored, nobody knows.
export const failed = new Counter('batches_failed');
// From the start of the load to each answer; its maximum is the time that the accepted events took.
export const elapsed = new Trend('ingest_elapsed', true);

const GEOS = ['US', 'US', 'IN', 'IN', 'BR', 'DE', 'GB', 'FR', 'JP', 'CA', 'MX', 'AU'];
const DEVICES = ['mobile', 'mobile', 'mobile', 'desktop', 'tablet'];
const PLACEMENTS = ['feed', 'banner', 'story', 'video'];
const LATE = 0.02;
const HOLE = '@second@'; // where the second goes: filled with 2025-09-24T06:59:31, it makes a current body

// The second it was `ago` milliseconds before now.
function clock(ago) {
  return new Date(Date.now() - ago).toISOString().slice(0, 19);
}

function template() {
  const events = [];
  for (let i = 0; i < config.batch; i++) {
    const draw = Math.random();
    const kind = draw < 0.98 ? 'impression' : draw < 0.9995 ? 'click' : 'conversion';
    const cost = kind === 'impression' ? (100 + Math.floor(Math.random() * 5000)) / 1e6 : 0;
    const revenue = kind === 'conversion' ? Math.floor(Math.random() * 10000) / 100 : 0;
    const second = Math.random() < LATE ? clock(60000 * Math.pow(1440, Math.random())) : HOLE;
    const fraction = `.${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}Z`;
    events.push(
      `{"ts":"${second}${fraction}","campaign_id":"${campaign()}",` +
        `"user_id":"U${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}",` +
        `"event_type":"${kind}","cost":${cost},"revenue":${revenue},"metadata":{"geo":"${pick(GEOS)}",` +
        `"device":"${pick(DEVICES)}","placement":"${pick(PLACEMENTS)}"}}`,
    );
  }
  return `{"events":[${events.join(',')}]}`;
}

// The template of this user, between its holes. Built before the run begins, because it takes as long as several
// requests; and not shared by way of a SharedArray, from which a long text comes out slower than it is built (measured with k6 1.1).
const pieces = template().split(HOLE);

function body() {
  return pieces.join(clock(0));
}

const params = {
  headers: Object.assign({ 'Content-Type': 'application/json' }, headers),
  tags: { name: 'ingest' },
};

// One POST. Returns how long the service asked to be left alone, in seconds; 0 when it took the batch.
export function post() {
  const began = Date.now();
  const since = phase();
  const reply = http.post(`${config.baseUrl}/events`, body(), params);
  elapsed.add(since + Date.now() - began);
  if (reply.status === 503) {
    refused.add(1);
    return Number(reply.headers['Retry-After']) || 1;
  }
  const answer = reply.status === 200 ? reply.json() : null;
  const whole = check(answer, {
    'every event of a batch is accepted': (a) =>
      a !== null && a.accepted === config.batch && a.duplicates === 0 && a.rejected.length === 0,
  });
  if (answer !== null) accepted.add(answer.accepted);
  if (!whole) failed.add(1);
  return 0;
}

// One batch with a key, sent twice, as by a client whose answer was lost: the second time, all of it is a duplicate.
export function keyed() {
  phase();
  const text = body();
  const key = `${exec.scenario.startTime}-${exec.scenario.iterationInTest}`;
  const twice = {
    headers: Object.assign({ 'Idempotency-Key': key }, params.headers),
    tags: { name: 'keyed' },
  };
  for (const duplicates of [0, config.batch]) {
    const reply = http.post(`${config.baseUrl}/events`, text, twice);
    const answer = reply.status === 200 ? reply.json() : null;
    const whole = check(answer, {
      'a batch with a key is accepted once': (a) =>
        a !== null && a.accepted === config.batch - duplicates && a.duplicates === duplicates && a.rejected.length === 0,
    });
    if (answer !== null) accepted.add(answer.accepted);
    if (!whole) failed.add(1);
  }
}

// The closed loop: a client that posts as soon as it has its answer, and waits when it is told to.
export function ingest() {
  const pause = post();
  if (pause > 0) sleep(Math.min(pause, 2));
}
