// POST /events: bodies that look live and cost k6 almost nothing.

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
const TEMPLATES = 4; // bodies a user takes in turn
let templates = null;
let turn = 0;

// An event with a hole where the second goes: template.join('2025-09-24T06:59:31') makes a current body.
function template() {
  const pieces = ['{"events":['];
  for (let i = 0; i < config.batch; i++) {
    const draw = Math.random();
    const kind = draw < 0.98 ? 'impression' : draw < 0.9995 ? 'click' : 'conversion';
    const cost = kind === 'impression' ? (100 + Math.floor(Math.random() * 5000)) / 1e6 : 0;
    const revenue = kind === 'conversion' ? Math.floor(Math.random() * 10000) / 100 : 0;
    const fraction = `.${String(Math.floor(Math.random() * 1e6)).padStart(6, '0')}Z"`;
    const rest =
      `,"campaign_id":"${campaign()}","user_id":"U${String(Math.floor(Math.random() * 1e8)).padStart(8, '0')}",` +
      `"event_type":"${kind}","cost":${cost},"revenue":${revenue},"metadata":{"geo":"${pick(GEOS)}",` +
      `"device":"${pick(DEVICES)}","placement":"${pick(PLACEMENTS)}"}}`;
    const comma = i > 0 ? ',' : '';
    if (Math.random() < LATE) {
      const late = new Date(Date.now() - 60000 * Math.pow(1440, Math.random())).toISOString().slice(0, 19);
      pieces[pieces.length - 1] += `${comma}{"ts":"${late}${fraction}${rest}`;
    } else {
      pieces[pieces.length - 1] += `${comma}{"ts":"`;
      pieces.push(fraction + rest);
    }
  }
  pieces[pieces.length - 1] += ']}';
  return pieces;
}

// Built by the users that post, and only by them: every k6 user runs a script's outermost level.
function body() {
  if (templates === null) templates = Array.from({ length: TEMPLATES }, template);
  turn = (turn + 1) % TEMPLATES;
  return templates[turn].join(new Date().toISOString().slice(0, 19));
}

const params = {
  headers: Object.assign({ 'Content-Type': 'application/json' }, headers),
  tags: { name: 'ingest' },
};

export function ingest() {
  const began = Date.now();
  const since = phase();
  const reply = http.post(`${config.baseUrl}/events`, body(), params);
  elapsed.add(since + Date.now() - began);
  if (reply.status === 503) {
    refused.add(1);
    sleep(Math.min(Number(reply.headers['Retry-After']) || 1, 2));
    return;
  }
  const answer = reply.status === 200 ? reply.json() : null;
  const whole = check(answer, {
    'every event of a batch is accepted': (a) =>
      a !== null && a.accepted === config.batch && a.duplicates === 0 && a.rejected.length === 0,
  });
  if (answer !== null) accepted.add(answer.accepted);
  if (!whole) failed.add(1);
}
