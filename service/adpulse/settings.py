"""Every ADPULSE_* variable, read in this one place."""

import os
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import parse_qs, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

PREFIX = "ADPULSE_"

# A number without a bound passes here and fails in a request: timedelta, PostgreSQL's integers and timers have theirs.
MOST = 2_147_483_647
MOST_S = MOST // 1_000  # PostgreSQL takes time-outs in milliseconds

Count = Annotated[int, Field(ge=1, le=MOST)]
Several = Annotated[int, Field(ge=1, le=1_000)]  # processes, or connections of one
Days = Annotated[int, Field(ge=1, le=100_000)]  # the years 1970 to 2199 have 84,006
Seconds = Annotated[float, Field(gt=0, le=MOST_S)]
Rate = Annotated[float, Field(gt=0, le=MOST)]  # a second
LogLevel = Annotated[Literal["debug", "info", "warning", "error", "critical"], BeforeValidator(str.lower)]
UnknownFields = Literal["reject", "ignore", "metadata"]


def _listed(value: object) -> object:
    """Return the words of a text that commas part; blanks around them, and a comma at the end, mean nothing."""
    return [word.strip() for word in value.split(",") if word.strip()] if isinstance(value, str) else value


# Metadata keys, in the environment separated by commas; as long and of the characters that group_by takes.
Keys = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_][A-Za-z0-9_.:-]{0,63}$")], ...],
    NoDecode,
    BeforeValidator(_listed),
    Field(max_length=6),
]
# Addresses of pages, in the environment separated by commas: a scheme, a host, perhaps a port, and no path. No `*`.
Origins = Annotated[
    tuple[Annotated[str, Field(pattern=r"^https?://[A-Za-z0-9.\[\]:-]+$")], ...],
    NoDecode,
    BeforeValidator(_listed),
]


# Names of hosts, in the environment separated by commas: no scheme, port or path.
HostNames = Annotated[
    tuple[Annotated[str, Field(pattern=r"^[A-Za-z0-9_]([A-Za-z0-9_.-]{0,252}[A-Za-z0-9])?$")], ...],
    NoDecode,
    BeforeValidator(_listed),
]


def _readable(url: str) -> str:
    """Return the URL of a database if its scheme, hosts and ports can be read; the error repeats no password."""
    try:
        parts = urlsplit(url)
        hosts = parts.netloc.rpartition("@")[2].split(",")  # several are tried in turn
        ports = [f":{port}" for given in parse_qs(parts.query).get("port", []) for port in given.split(",")]
        for address in (*hosts, *ports):
            _ = urlsplit(f"//{address}").port  # raises ValueError
        if parts.scheme in ("postgresql", "postgres") and (len(hosts) == 1 or all(hosts)):
            return url
    except ValueError:
        pass
    message = "must be like postgresql://user:password@host:5432/name; write / ? # [ ] in a password as %2F and so on"
    raise ValueError(message)


DatabaseUrl = Annotated[str, AfterValidator(_readable)]


class Settings(BaseSettings):
    """The configuration of one process; a field `max_events` is set by `ADPULSE_MAX_EVENTS`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, env_ignore_empty=True)

    # The database
    database_url: DatabaseUrl | None = Field(None, description="PostgreSQL 15 or later; none: the embedded one")
    read_database_url: DatabaseUrl | None = Field(
        None, description="where reports are read, such as a replica; none: the same"
    )
    max_replica_lag_ms: Count | None = Field(
        None,
        description="the primary answers reports if the replica is older or away; beats come every 1,000 ms; "
        "none: from the replica, or 503",
    )
    pooler_url: DatabaseUrl | None = Field(
        None, description="a PgBouncer for writes and reports; none: direct connections"
    )
    pooler_statements: int = Field(
        0,
        ge=0,
        le=MOST,
        description="prepared statements kept per pooled connection; more than 0 needs PgBouncer 1.21 or later",
    )
    data_dir: Path = Field(Path(".adpulse"), description="folder of the embedded PostgreSQL")
    postgres_bin: Path | None = Field(None, description="PostgreSQL binaries instead of the embedded ones")
    variant: str = Field("rollup_dims", description="the physical design that a new database gets")
    dimensions: Keys | None = Field(None, description="metadata keys with roll-ups in rollup_dims, at most 6")

    # The server
    host: str = Field("127.0.0.1", description="address to listen on")
    port: int = Field(8080, ge=0, le=65535, description="port to listen on; 0: any free one")
    workers: Several = Field(1, description="server processes")
    log_level: LogLevel = Field("info", description="debug, info, warning or error")
    keep_alive_s: Count = Field(5, description="how long an idle connection stays open; longer than in a balancer")
    shutdown_s: Seconds = Field(20, description="how long a stop may wait for requests under way")

    # Keys, origins and hosts
    insecure: bool = Field(False, description="without any key, admit everybody on every address, not only loopback")
    keys_reload_s: Seconds = Field(5, description="seconds between readings of the keys; a revoked key works that long")
    key_events_per_s: Rate | None = Field(
        None, description="events a second for a key without its own limit, per process; none: no limit"
    )
    key_requests_per_s: Rate | None = Field(None, description="requests a second for a key, likewise")
    open_metrics: bool = Field(False, description="/metrics needs no key, because the network admits nobody else")
    cors_origins: Origins | None = Field(
        None, description="origins whose pages may call the service, such as `https://app.example.com`; none: none"
    )

    allowed_hosts: HostNames | None = Field(
        None,
        description="names under which a service without keys may be called, besides localhost and addresses; "
        "none: no other on loopback, every name on a network address",
    )

    # Limits of a request
    head_timeout_s: Seconds = Field(10, description="how long the head of a request may take to arrive")
    max_body_bytes: Count = Field(10_000_000, description="largest body, after decompression")
    max_gzip_ratio: Count = Field(100, description="largest expansion of a compressed body, beyond a million bytes")
    max_events: Count = Field(10_000, description="most events in a request")
    max_metadata_bytes: Count = Field(4_096, description="largest metadata of an event, as compact JSON")
    max_metadata_depth: int = Field(5, ge=1, le=200, description="deepest nesting of metadata; 1 is a flat object")
    max_money: float = Field(1_000_000, gt=0, le=1_000_000_000, description="largest cost or revenue")
    money: Literal["exact", "nearest"] = Field(
        "exact", description="exact: refuse money with more than six decimals; nearest: round it to the nearest micro"
    )
    unknown_fields: UnknownFields = Field(
        "reject",
        description="fields that are not in the contract: reject: refuse the event; ignore: drop them; "
        "metadata: put them into its metadata",
    )
    body_timeout_s: Seconds = Field(10, description="how long a body may take to arrive")
    future_hours: float = Field(24, ge=0, le=1_000_000, description="how far in the future an event may lie")
    retention_days: int | None = Field(
        None, ge=1, le=50_000, description="events older than this are refused; none: kept forever"
    )

    # The writer
    writers: Several = Field(2, description="database connections that write, per process")
    group_events: Count = Field(10_000, description="most events in one transaction, unless one request has more")
    queue_events: Count = Field(100_000, description="events that may wait to be written; more: 503")
    queue_bytes: Count = Field(64_000_000, description="bytes of bodies that may wait; more: 503")
    write_timeout_s: Seconds = Field(30, description="longest transaction; longer: 503 and a new connection")
    idempotency_hours: int = Field(24, ge=1, le=1_000_000, description="how long an Idempotency-Key is remembered")
    event_id_days: int | None = Field(
        None, ge=1, le=50_000, description="how long an event_id is remembered, at least; none: for good"
    )

    # Reports
    readers: Several = Field(4, description="database connections that read, per process; as many again for totals")
    report_timeout_ms: Count = Field(5_000, description="longest report statement; longer: 504")
    max_range_days: Days = Field(1_100, description="longest window of a report")
    max_buckets: Count = Field(10_000, description="most buckets of a report")
    max_reach_days: Days = Field(35, description="longest window of a report with unique_users")
    max_cells: Count = Field(50_000, description="most groups x buckets that the database may return for a report")
    max_groups: Count = Field(10_000, description="most rows of a report; the largest value of limit")

    maintenance_s: Seconds | None = Field(None, description="seconds between rounds of upkeep; none: by the variant")


def unknown_variables() -> list[str]:
    """Return the ADPULSE_ variables of the environment that no setting has: a typing error would pass in silence."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    return sorted(name for name in os.environ if name.startswith(PREFIX) and name not in known)
