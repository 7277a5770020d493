"""compose.yaml and what it mounts, without docker: structure, files, ports, pins, and files that agree."""

import configparser
import os
import re
from pathlib import Path
from string import Template
from typing import Any

import pytest
import yaml

from adpulse.database import connections
from adpulse.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
COMPOSE = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
DOCKERFILES = sorted((ROOT / "infra").rglob("Dockerfile"))

# A published port: on loopback, changed by a variable.
PORT = re.compile(r"127\.0\.0\.1:\$\{(?P<variable>ADPULSE_(?:[A-Z]+_)?PORT):-(?P<default>\d+)\}:\d+")

services = pytest.mark.parametrize("name", SERVICES)


def environment(name: str) -> dict[str, str]:
    return SERVICES[name].get("environment", {})


def every(key: str) -> list[str]:
    """Return what all services list under the key."""
    return [each for service in SERVICES.values() for each in service.get(key, [])]


def test_the_stack_is_whole() -> None:
    """All services that the README of the stack names are there; optional ones are in a profile."""
    optional = {name: each["profiles"] for name, each in SERVICES.items() if "profiles" in each}
    citus = {name: ["citus"] for name in ("citus", "citus-worker-1", "citus-worker-2", "citus-nodes")}
    assert optional == {"k6": ["bench"], "replica": ["replica"], **citus}
    assert SERVICES.keys() - optional.keys() == {
        "db", "migrate", "pgbouncer", "api", "balancer", "prometheus", "grafana",
    }  # fmt: skip


def test_ports_are_published_on_loopback_only() -> None:
    """The passwords in compose.yaml are known to everybody."""
    ports = every("ports")
    assert ports
    assert [port for port in ports if not PORT.fullmatch(port)] == []


def test_every_published_port_can_be_changed() -> None:
    """Each by a variable of its own, which the page about the stack names; no two by default are the same."""
    ports = [PORT.fullmatch(port) for port in every("ports")]
    variables = [port["variable"] for port in ports if port]
    defaults = [port["default"] for port in ports if port]
    assert len(set(variables)) == len(variables) == len(ports)
    assert len(set(defaults)) == len(defaults)
    page = (ROOT / "docs" / "how-to" / "run-the-stack.md").read_text()
    assert [name for name in variables if f"`{name}`" not in page] == []


@services
def test_images_are_pinned(name: str) -> None:
    """A tag that moves gives another stack tomorrow."""
    assert re.fullmatch(r"[a-z0-9/-]+:v?\d+\.\d+[\w.-]*", SERVICES[name]["image"])


@pytest.mark.parametrize("path", DOCKERFILES, ids=lambda path: path.parent.name)
def test_dockerfiles_pin_their_base_and_drop_root(path: Path) -> None:
    """FROM names a version, or what has one; the last USER is a number that is not 0, as Kubernetes can check."""
    text = path.read_text()
    given = dict(re.findall(r"^ARG (\w+)=(\S+)", text, re.MULTILINE))
    stages = re.findall(r"^FROM \S+ AS (\w+)", text, re.MULTILINE)
    bases = [Template(base).substitute(given) for base in re.findall(r"^FROM (\S+)", text, re.MULTILINE)]
    assert bases
    assert all(re.search(r":\d+\.\d+", base) or base in stages for base in bases)
    assert int(re.findall(r"^USER (\d+)", text, re.MULTILINE)[-1]) > 0


def test_byte_code_in_the_image_stays_valid() -> None:
    """Else each start of a read-only container compiles all modules. The setting PIP_NO_COMPILE=1 makes pip compile."""
    text = (ROOT / "infra" / "docker" / "Dockerfile").read_text().replace("\\\n", " ")
    assert "PIP_NO_COMPILE" not in text
    shipped = [line for line in re.split(r"\n|&&", text) if "install" in line and "pip --python /opt/adpulse" in line]
    assert len(shipped) == 2
    assert all("--no-compile" in line for line in shipped)
    dated = [line for line in text.splitlines() if "touch" in line]
    assert len(dated) == 2
    assert all(re.search(r"compileall -qf --invalidation-mode unchecked-hash.*touch", line) for line in dated)


@services
def test_resources_are_limited(name: str) -> None:
    """No service may take the machine."""
    limits = SERVICES[name]["deploy"]["resources"]["limits"]
    assert {"cpus", "memory", "pids"} <= limits.keys()


@services
def test_no_container_fills_the_disk_or_gains_rights(name: str) -> None:
    """Logs are rotated, a first process reaps, and the root file system is read-only."""
    each = SERVICES[name]
    assert {"max-size", "max-file"} <= each["logging"]["options"].keys()
    assert each["init"] is True
    assert each["read_only"] is True
    assert each["security_opt"] == ["no-new-privileges:true"]


def _needed(name: str) -> set[str]:
    """Return what has to be up before that service is: `depends_on` that is not optional, and theirs."""
    direct = [other for other, how in SERVICES[name].get("depends_on", {}).items() if how.get("required", True)]
    return set(direct).union(*(_needed(other) for other in direct))


def test_events_need_nothing_that_is_optional() -> None:
    """The service comes up without the pooler, Prometheus, Grafana or a replica, which are for other duties.

    The balancer waits for nothing: Compose stops what depends on a service that it replaces.
    """
    assert _needed("api") == {"migrate", "db"}
    assert _needed("balancer") == set()


def test_a_replica_is_healthy_only_as_a_replica() -> None:
    """Its check has the bound of the service, which by default lets the primary answer beyond it."""
    assert SERVICES["replica"]["healthcheck"]["test"] == ["CMD", "/usr/local/bin/replica_health.sh"]
    bound = environment("replica")["ADPULSE_MAX_REPLICA_LAG_MS"]
    assert bound == environment("api")["ADPULSE_MAX_REPLICA_LAG_MS"]
    assert re.fullmatch(r"\$\{ADPULSE_MAX_REPLICA_LAG_MS-\d+\}", bound)


def test_mounted_files_exist() -> None:
    """Docker makes an empty directory of a source that is missing. Sources are read-only, names are declared."""
    volumes = every("volumes")
    assert volumes
    for volume in volumes:
        source, _, mode = volume.split(":")[0], *volume.split(":")[1:2], volume.split(":")[-1]
        if source.startswith("."):
            assert (ROOT / source).exists(), source
            assert mode == "ro"
        else:
            assert source in COMPOSE["volumes"]


def test_conditions_of_a_start_can_be_met() -> None:
    """A condition can only be met: `healthy` by a service with a health check, `completed` by one that ends."""
    waits = [wait for each in SERVICES.values() for wait in each.get("depends_on", {}).items()]
    assert waits
    for other, condition in waits:
        if condition["condition"] == "service_healthy":
            assert "test" in SERVICES[other]["healthcheck"]
        else:
            assert condition["condition"] == "service_completed_successfully"
            assert "restart" not in SERVICES[other]


@services
def test_variables_are_settings(name: str) -> None:
    """An ADPULSE_ variable that the service does not know has no effect."""
    known = {PREFIX + field.upper() for field in Settings.model_fields}
    assert {key for key in environment(name) if key.startswith(PREFIX)} <= known


def test_an_image_is_built_once() -> None:
    """Two builds under one name are two images: Compose labels each. Who does not build it does not pull it either."""
    ours = [each for each in SERVICES.values() if each["image"].startswith("adpulse")]
    built = [each["image"] for each in ours if "build" in each]
    assert sorted(built) == sorted({each["image"] for each in ours})
    assert all(each["pull_policy"] == "never" for each in ours if "build" not in each)


def test_our_own_containers_have_no_capabilities() -> None:
    """Our own containers have no capabilities, beside what every container has."""
    for name, each in SERVICES.items():
        if each["image"].startswith("adpulse"):
            assert each["cap_drop"] == ["ALL"], name


def test_the_service_has_time_to_answer_before_it_is_killed() -> None:
    """The grace period is longer than what the service allows itself."""
    grace = int(SERVICES["api"]["stop_grace_period"].removesuffix("s"))
    assert grace > Settings.model_fields["shutdown_s"].default


def test_the_service_can_be_scaled() -> None:
    """`--scale api=N` needs a container without a name or a port of its own; the balancer finds each by its name."""
    assert not SERVICES["api"].keys() & {"container_name", "ports"}
    assert SERVICES["balancer"]["ports"] == ["127.0.0.1:${ADPULSE_PORT:-8080}:8080"]
    configuration = (ROOT / "infra" / "haproxy" / "haproxy.cfg").read_text()
    named = set(re.findall(r"^  server-template \w+ \d+ ([\w-]+):8080", configuration, re.MULTILINE))
    assert named == {"api", *SERVICES["api"]["networks"]["default"]["aliases"]}
    idle = re.findall(r"timeout http-keep-alive (\d+)s", configuration)
    assert int(idle[0]) < int(environment("api")["ADPULSE_KEEP_ALIVE_S"])


def test_pgbouncer_and_compose_agree() -> None:
    """Host, port, database and password are the same on both sides."""
    folder = ROOT / "infra" / "pgbouncer"
    configuration = configparser.ConfigParser(interpolation=None)
    configuration.read(folder / "pgbouncer.ini")
    port = configuration["pgbouncer"]["listen_port"]
    # The database comes second: while the pooler is away, connections are direct.
    assert f"@pgbouncer:{port},db:5432/adpulse" in environment("api")["ADPULSE_POOLER_URL"]
    assert configuration["databases"]["adpulse"] == "host=db port=5432 dbname=adpulse"
    login = environment("db")
    init = (ROOT / "infra" / "postgres" / "init" / "10_roles.sql").read_text()
    password = re.findall(r"^CREATE ROLE adpulse_service LOGIN PASSWORD '(\w+)'", init, re.MULTILINE)
    assert (folder / "userlist.txt").read_text().splitlines() == [
        f'"{login["POSTGRES_USER"]}" "{login["POSTGRES_PASSWORD"]}"',
        f'"adpulse_service" "{password[0]}"',
    ]


def test_the_service_is_not_the_owner() -> None:
    """Only `migrate` logs in as the owner of the tables."""
    for name in ("ADPULSE_DATABASE_URL", "ADPULSE_POOLER_URL"):
        assert "//adpulse_service:adpulse_service@" in environment("api")[name]
    owner = environment("db")["POSTGRES_USER"]
    assert f"//{owner}:" in environment("migrate")["ADPULSE_DATABASE_URL"]
    roles = {connections.INGEST, connections.REPORT, connections.MAINTAIN}
    init = (ROOT / "infra" / "postgres" / "init" / "10_roles.sql").read_text()
    assert set(re.findall(r"^CREATE ROLE (\w+) NOLOGIN;$", init, re.MULTILINE)) == roles


def _postgres_settings() -> dict[str, str]:
    text = (ROOT / "infra" / "postgres" / "postgresql.conf").read_text()
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return {
        key.strip(): value.split("#")[0].strip().strip("'") for key, _, value in (line.partition("=") for line in lines)
    }


async def test_postgresql_knows_its_settings(connection: connections.Connection) -> None:
    """Every setting exists, and is not one that would lose what was acknowledged."""
    settings = _postgres_settings()
    known = {record["name"].lower() for record in await connection.fetch("SELECT name FROM pg_settings")}
    assert settings.keys() <= known
    assert not settings.keys() & {"fsync", "synchronous_commit", "full_page_writes"}


def test_every_postgresql_setting_has_its_reason() -> None:
    """A figure without a reason is folklore. What says itself by its neighbour is listed here."""
    plain = {
        "shared_preload_libraries", "log_min_duration_statement", "log_lock_waits", "log_autovacuum_min_duration",
        "log_timezone", "timezone", "tcp_keepalives_interval", "tcp_keepalives_count", "max_standby_streaming_delay",
    }  # fmt: skip
    text = (ROOT / "infra" / "postgres" / "postgresql.conf").read_text()
    bare = {line.split("=")[0].strip() for line in text.splitlines() if "=" in line and "#" not in line}
    assert bare == plain


def test_scripts_can_be_run() -> None:
    """Compose runs the replica's entry point and check as they are, and people the upgrade."""
    for name in ("postgres/replica.sh", "postgres/replica_health.sh", "upgrade.sh"):
        assert os.access(ROOT / "infra" / name, os.X_OK), name


def test_the_image_is_made_of_what_is_sent() -> None:
    """The files that the Dockerfile copies by name, and those of the wheel, pass .dockerignore."""
    allowed = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    described = {"pyproject.toml", "hatch_build.py", "README.md", "LICENSE"}
    assert described | {"requirements", "service", "sql", "benchmarks/adbench"} == allowed
    assert all((ROOT / each).exists() for each in allowed if "*" not in each)
