"""infra/upgrade.sh with a docker that only keeps books: what is replaced when, and what stays if a new one is bad."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.patience import PATIENCE_S

UPGRADE = Path(__file__).parents[2] / "infra" / "upgrade.sh"

# Containers are files: an old one has the text "healthy", a new one gets the text of the file `becomes`.
DOCKER = """#!{python}
import pathlib, sys
here = pathlib.Path({folder!r})
running, words = here / "running", sys.argv[1:]
def say(text):
    with (here / "journal").open("a") as journal:
        journal.write(text + "\\n")
match words:
    case ["compose", "ps", *_]:
        print("".join(sorted(f"{{each.name}}\\n" for each in running.iterdir())), end="")
    case ["compose", "build"]:
        say("build")
    case ["compose", "run", *_]:
        say("migrate")
    case ["compose", "up", *_, scale, "api"]:
        number = len(list(here.glob("made*")))
        (here / f"made{{number}}").touch()
        (running / f"new{{number}}").write_text((here / "becomes").read_text())
        say(f"start {{scale}}")
    case ["compose", "exec", *_, "show servers state services"]:
        if not (here / "old balancer").exists():
            for each in sorted(running.iterdir()):
                for kind in ("api", "alive"):
                    print(f"1 services 2 {{kind}}-{{each.name}} {{each.name}} 2 0 1 1")
    case ["compose", "exec", *_, order] if order.startswith("set server"):
        say(order)
    case ["compose", "exec", *_]:
        up = sum(each.read_text() == "healthy" for each in running.iterdir())
        print(f'haproxy_backend_active_servers{{{{proxy="services"}}}} {{up}}')
    case ["inspect", _, form, name] if "IPAddress" in form:
        print(name)
    case ["inspect", *_, name]:
        print((running / name).read_text())
    case ["logs", *_, name]:
        print("no database")
    case ["stop", *_, name]:
        if (here / "stuck").exists():
            sys.exit("the daemon does not answer")
        say(f"stop {{name}}")
    case ["rm", *_, name]:
        (running / name).unlink()
        say(f"remove {{name}}")
    case _:
        sys.exit(f"unexpected: {{words}}")
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    docker = tmp_path / "docker"
    docker.write_text(DOCKER.format(python=sys.executable, folder=str(tmp_path)))
    docker.chmod(0o755)
    (tmp_path / "running").mkdir()
    (tmp_path / "journal").touch()
    (tmp_path / "becomes").write_text("healthy")
    return tmp_path


def upgrade(folder: Path, *old: str) -> subprocess.CompletedProcess[str]:
    for name in old:
        (folder / "running" / name).write_text("healthy")
    environment = {**os.environ, "PATH": f"{folder}:{os.environ['PATH']}", "PATIENCE_S": "1", "DRAIN_S": "0"}
    return subprocess.run([UPGRADE], env=environment, capture_output=True, text=True, check=False, timeout=PATIENCE_S)


def running(folder: Path) -> set[str]:
    return {each.name for each in (folder / "running").iterdir()}


def test_services_are_replaced_one_after_another(folder: Path) -> None:
    """There are never fewer services than before, and at most one more; the schema comes first."""
    done = upgrade(folder, "old0", "old1", "old2")
    assert done.returncode == 0, done.stderr
    assert running(folder) == {"new0", "new1", "new2"}
    expected = ["build", "migrate"]
    for name in ("old0", "old1", "old2"):
        names = [f"set server services/{kind}-{name} state" for kind in ("api", "alive")]
        expected += ["start api=4", *(f"{each} drain" for each in names), f"stop {name}", f"remove {name}"]
        expected += [f"{each} ready" for each in names]
    assert (folder / "journal").read_text().splitlines() == expected


def test_a_balancer_that_takes_no_orders_is_no_obstacle(folder: Path) -> None:
    """It runs with an older configuration: the services are replaced all the same, and the reader learns what to do."""
    (folder / "old balancer").touch()
    done = upgrade(folder, "old0")
    assert done.returncode == 0, done.stderr
    assert "restart the balancer once" in done.stderr
    assert (folder / "journal").read_text().splitlines() == [
        "build",
        "migrate",
        "start api=2",
        "stop old0",
        "remove old0",
    ]


def test_an_interrupted_upgrade_gives_the_names_back(folder: Path) -> None:
    """A name that stays taken out would keep requests from the next service that gets it."""
    (folder / "stuck").touch()
    done = upgrade(folder, "old0")
    assert done.returncode != 0
    journal = (folder / "journal").read_text().splitlines()
    assert [line for line in journal if line.endswith("ready")] == [
        line.replace("drain", "ready") for line in journal if line.endswith("drain")
    ]
    assert journal[-1].endswith("ready")


def test_a_new_version_that_does_not_get_ready_changes_nothing(folder: Path) -> None:
    """The old services go on, the new one is taken away, and its log is shown."""
    (folder / "becomes").write_text("unhealthy")
    done = upgrade(folder, "old0", "old1")
    assert done.returncode == 1
    assert "Its log ends with:\nno database" in done.stderr
    assert running(folder) == {"old0", "old1"}
    assert "stop" not in (folder / "journal").read_text()


def test_without_a_running_stack_it_says_how_to_start_one(folder: Path) -> None:
    """Nothing is built and nothing started."""
    done = upgrade(folder)
    assert done.returncode == 1
    assert "docker compose up" in done.stderr
    assert (folder / "journal").read_text() == ""
