"""The panels of the overview, in PromQL: what services, the balancer and alerts say."""

from panel import PLAIN, RATE, Panel, high, low

# Of the instances that are chosen. Metrics of the whole database come from one process, and are asked of all instances.
_HERE = 'instance=~"$instance"'


def _rate(metric: str, by: str = "", selector: str = "", over: str = RATE) -> str:
    """Return the sum over instances of a counter's rate, with the labels `by`."""
    labels = f"{{{selector},{_HERE}}}" if selector else f"{{{_HERE}}}"
    return f"sum{f' by ({by}) ' if by else ''}(rate({metric}{labels}{over}))"


def _quantiles(metric: str, selector: str = "") -> list[tuple[str, str]]:
    series = _rate(f"{metric}_bucket", "le", selector)
    return [(f"histogram_quantile({share}, {series})", f"p{round(share * 100)}") for share in (0.5, 0.95, 0.99)]


def _alerts(state: str) -> str:
    return f'count(ALERTS{{alertname=~"AdPulse.*",alertstate="{state}"}}) or vector(0)'


_SECONDS = "adpulse_http_request_duration_seconds"
_ALL = "adpulse_http_requests_total"
_REPORT = 'route="/report"'
_FAILED = _rate(_ALL, selector='status=~"5.."', over="[5m]")
_ERRORS = f"({_FAILED} or vector(0)) / {_rate(_ALL, over='[5m]')}"


def _in_time(over: str) -> str:
    """Return the share of reports within 0.2 s, which is an edge of the histogram: a count, not an estimate."""
    within, all_ = (
        _rate(f"{_SECONDS}_bucket", selector=f'{_REPORT},le="{edge}"', over=over) for edge in ("0.2", "+Inf")
    )
    return f"{within} / {all_}"


# 5xx that no service has sent, as in infra/prometheus/rules/recording.yml.
_REFUSED = (
    f'clamp_min((sum(rate(haproxy_frontend_http_responses_total{{proxy="adpulse",code="5xx"}}{RATE})) or vector(0))'
    f' - (sum(rate(haproxy_server_http_responses_total{{proxy="services",code="5xx"}}{RATE})) or vector(0)), 0)'
)
_LAG = "time() - max(adpulse_maintenance_last_success_timestamp_seconds)"

OVERVIEW: dict[str, list[Panel]] = {
    "Now": [
        Panel(
            title="Events accepted",
            unit="ops",
            queries=[(_rate("adpulse_events_total", selector='outcome="accepted"'), "")],
            kind="stat",
            width=3,
            about="Events a second that are stored. How many is right depends on who sends: no colour.",
            steps=PLAIN,
        ),
        Panel(
            title="Requests",
            unit="reqps",
            queries=[(_rate(_ALL), "")],
            kind="stat",
            width=3,
            about="Requests a second that a service answered, of every kind.",
            steps=PLAIN,
        ),
        Panel(
            title="Errors (5xx)",
            unit="percentunit",
            queries=[(_ERRORS, "")],
            kind="stat",
            width=3,
            about="Share of answers of the last 5 minutes with a status from 500. AdPulseErrors begins at red.",
            steps=low(0.01, 0.001),
        ),
        Panel(
            title="Refused by the balancer",
            unit="reqps",
            queries=[(_REFUSED, "")],
            kind="stat",
            width=3,
            about="Answers a second with a status from 500 that the balancer gave itself: no service was ready, or "
            "one broke off. No service counts them.",
            steps=low(0.001),
        ),
        Panel(
            title="Reports p95",
            unit="s",
            queries=[
                (f"histogram_quantile(0.95, {_rate(f'{_SECONDS}_bucket', 'le', _REPORT, '[5m]')})", ""),
            ],
            kind="stat",
            width=3,
            about="95 of 100 reports of the last 5 minutes took no longer. The target is 0.2 s.",
            steps=low(0.2, 0.1),
        ),
        Panel(
            title="Reports within 200 ms",
            unit="percentunit",
            queries=[(_in_time("[5m]"), "")],
            kind="stat",
            width=3,
            about="Share of reports of the last 5 minutes, counted. AdPulseReportsSlow begins at red.",
            steps=high(0.99, 0.95),
        ),
        Panel(
            title="Queue",
            unit="s",
            queries=[(f"max(adpulse_ingest_queue_age_seconds{{{_HERE}}})", "")],
            kind="stat",
            width=3,
            about="The time for which the oldest batch has waited for a writer. AdPulseQueueOld begins at red.",
            steps=low(5, 1),
        ),
        Panel(
            title="Alerts firing",
            queries=[(_alerts("firing"), "")],
            kind="stat",
            width=3,
            about="Alerts of infra/prometheus/rules that fire; most are pending for minutes before. 0 without them.",
            steps=low(1),
        ),
    ],
    "Requests": [
        Panel(
            title="Requests by route",
            unit="reqps",
            queries=[(_rate(_ALL, "method, route"), "{{method}} {{route}}")],
            about="Requests a second by method and address, as services count them.",
        ),
        Panel(
            title="Replies by status",
            unit="reqps",
            queries=[(_rate(_ALL, "status"), "{{status}}")],
            about="Answers a second by HTTP status. 503 comes with Retry-After: the sender should send again.",
        ),
        Panel(
            title="Mean time by route",
            unit="s",
            queries=[(f"{_rate(f'{_SECONDS}_sum', 'route')} / {_rate(f'{_SECONDS}_count', 'route')}", "{{route}}")],
            about="Time from the last byte of a request until its answer is made, the mean by address.",
        ),
        Panel(
            title="GET /report",
            unit="s",
            queries=_quantiles(_SECONDS, _REPORT),
            about="Time of reports: half of them, 95 and 99 of 100 took no longer. The line is the target.",
            steps=low(0.2),
        ),
        Panel(
            title="POST /events",
            unit="s",
            queries=_quantiles(_SECONDS, 'route="/events"'),
            about="Time of a batch until it is committed: no batch is acknowledged before.",
        ),
        Panel(
            title="Reports within 200 ms",
            unit="percentunit",
            queries=[(_in_time(RATE), "share")],
            about="Share of reports within the target. The alert AdPulseReportsSlow begins below the line.",
            steps=high(0.95),
        ),
        Panel(
            title="Refused by the balancer",
            unit="reqps",
            queries=[(_REFUSED, "refused")],
            width=12,
            about="Answers a second with a status from 500 that no service sent. AdPulseBalancerRefuses begins at 1 %.",
        ),
        Panel(
            title="Services behind the balancer",
            queries=[('sum(haproxy_backend_active_servers{proxy="services"})', "ready")],
            width=12,
            about="Services that get requests, because their /readyz answers 200. At 0 the balancer refuses all.",
            steps=high(1),
        ),
    ],
    "Ingest": [
        Panel(
            title="Events by outcome",
            unit="ops",
            queries=[(_rate("adpulse_events_total", "outcome"), "{{outcome}}")],
            about="Events a second: accepted, duplicate, rejected for a fault of theirs, or unstorable in PostgreSQL.",
        ),
        Panel(
            title="Batches",
            unit="ops",
            queries=[
                (_rate("adpulse_ingest_batches_total"), "taken"),
                (f"{_rate('adpulse_ingest_refused_total')} or vector(0)", "refused"),
                (_rate("adpulse_ingest_split_groups_total"), "split"),
            ],
            about="Batches a second. Refused: answered with 503, as the queue was full or the database away. "
            "Split: groups that PostgreSQL refused, and that were written in parts to find the bad row.",
        ),
        Panel(
            title="Events waiting",
            queries=[(f"sum(adpulse_ingest_queue_events{{{_HERE}}})", "events")],
            about="Events in the queues before the writers. At ADPULSE_QUEUE_EVENTS of a process, new batches get 503.",
        ),
        Panel(
            title="Time in the queue",
            unit="s",
            queries=_quantiles("adpulse_ingest_queue_wait_seconds"),
            about="Time from the arrival of a group's first batch until a writer took it.",
        ),
        Panel(
            title="Events in a transaction",
            queries=_quantiles("adpulse_ingest_group_events"),
            about="Events that are committed together: more under load, which is why load costs less an event.",
        ),
        Panel(
            title="Commit",
            unit="s",
            queries=_quantiles("adpulse_ingest_commit_duration_seconds"),
            about="Time of a transaction, with the roll-ups and the flush to the disk.",
        ),
    ],
    "Reports": [
        Panel(
            title="Statement",
            unit="s",
            queries=_quantiles("adpulse_report_statement_duration_seconds"),
            about="Time of a report's statement in PostgreSQL.",
            width=6,
        ),
        Panel(
            title="Wait for a connection",
            unit="s",
            queries=_quantiles("adpulse_report_pool_wait_seconds"),
            about="Time until a report had a connection. If it grows, all readers (ADPULSE_READERS) are busy.",
            width=6,
        ),
        Panel(
            title="Age of the replica",
            unit="s",
            queries=[
                (f"max(adpulse_replica_lag_seconds{{{_HERE}}})", "at most"),
                (f"max(adpulse_replica_away{{{_HERE}}})", "away or foreign (1)"),
            ],
            about="How old the data of the replica for reports are at most; 0 without a replica. AdPulseReplicaLags "
            "begins at the line.",
            steps=low(30),
            width=6,
        ),
        Panel(
            title="Reports from the primary instead",
            unit="reqps",
            queries=[(f"{_rate('adpulse_report_fallbacks_total', 'reason')} or vector(0)", "{{reason}}")],
            about="Reports a second that the primary answered because the replica could not, by reason.",
            width=6,
        ),
    ],
    "Roll-ups": [
        Panel(
            title="Deltas that wait",
            queries=[("max(adpulse_rollup_delta_rows)", "rows")],
            about="Sums of new events that compaction has not moved into the roll-ups yet.",
        ),
        Panel(
            title="Compaction lag",
            unit="s",
            queries=[(_LAG, "lag")],
            about="The time since a round of maintenance succeeded. Reports stay exact, because they add the deltas. "
            "AdPulseCompactionLags begins at the line.",
            steps=low(60),
        ),
        Panel(
            title="A round of maintenance",
            unit="s",
            queries=_quantiles("adpulse_maintenance_duration_seconds"),
            about="Time of a round, which moves deltas and does what else is due.",
        ),
    ],
}
