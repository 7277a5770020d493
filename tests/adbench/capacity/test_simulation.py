"""The simulator reproduces textbook queues, loses nothing, and gives the same numbers for the same seed."""

import json
import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from simpy import Environment
from typer.testing import CliRunner

from adbench.capacity import scenarios
from adbench.capacity.arithmetic import Assumptions, Station, demands
from adbench.capacity.devices import SEGMENT_BYTES, Cores, Curve, Disk
from adbench.capacity.model import Deployment, Fleet
from adbench.capacity.play import Failure, Play, Traffic, play, recovery_s, slices
from adbench.capacity.scenarios import fleet_for
from adbench.capacity.service_times import NEEDED, MissingResults, Report, ServiceTimes, live, measured
from adbench.cli import app
from adbench.records import manifest
from adbench.records.manifest import of_one_machine


def constant(seconds: float) -> Curve:
    """Return the same time for every number of events."""
    return Curve({0: seconds, 1: seconds})


NOTHING = constant(0.0)
SERVICE_S = 0.01
# Only PostgreSQL takes time, exponentially distributed; a group is one batch of one event.
TEXTBOOK = ServiceTimes(
    client=NOTHING,
    take=NOTHING,
    settle=NOTHING,
    insert=constant(SERVICE_S),
    flush=NOTHING,
    log_bytes=0.0,
    segment_s=0.0,
    upkeep=0.0,
    report=0.0,
    reports=(Report(1, 0.0),),
    scatter=lambda rng: float(rng.exponential()),
)


def textbook(servers: int, **changes: int) -> Fleet:
    return Fleet(cores=64, processes=1, writers=servers, group_events=1, **{"queue_events": 10**9, **changes})


def mean_with_error(played: list[Play]) -> tuple[float, float]:
    """Return the mean response in seconds over independent plays, and half the width of its 99.9 % interval."""
    means = np.array([each.latency_ms("ingest").mean() / 1_000 for each in played])
    return float(means.mean()), 3.29 * float(means.std(ddof=1)) / math.sqrt(len(means))


@pytest.mark.parametrize(("servers", "busy"), [(1, 0.5), (1, 0.8), (3, 0.8)])
def test_writers_are_an_m_m_c_queue(servers: int, busy: float) -> None:
    """The mean response is Erlang's: 1 / (mu - lambda) for one server."""
    rate = busy * servers / SERVICE_S
    played = [
        play(textbook(servers), Traffic(rate=rate, batch=1), TEXTBOOK, 800 / rate, warmup_s=200 / rate, seed=seed)
        for seed in range(16)
    ]
    mean, error = mean_with_error(played)
    expected = Station(servers, SERVICE_S).waiting_s(rate) + SERVICE_S
    if servers == 1:
        assert expected == pytest.approx(1 / (1 / SERVICE_S - rate))
    assert abs(mean - expected) < error
    assert error < 0.5 * expected  # otherwise nothing was shown


@pytest.mark.parametrize("number", [1, 2])
def test_shared_cores_keep_the_mean_of_m_m_c(number: int) -> None:
    """Numbers of jobs under processor sharing are those of M/M/c, in any order; so by Little are the means."""
    busy, jobs = 0.7, 30_000
    rate = busy * number / SERVICE_S
    env, rng, took = Environment(), np.random.default_rng(3), []
    cores = Cores(env, number)

    def job(seconds: float):
        began = env.now
        yield cores.work(seconds)
        took.append(env.now - began)

    def arrive():
        for _ in range(jobs):
            yield env.timeout(rng.exponential(1 / rate))
            env.process(job(rng.exponential(SERVICE_S)))

    env.process(arrive())
    env.run()
    blocks = np.array(took).reshape(30, -1).mean(axis=1)
    expected = Station(number, SERVICE_S).waiting_s(rate) + SERVICE_S
    assert abs(blocks.mean() - expected) < 3.29 * blocks.std(ddof=1) / math.sqrt(len(blocks))
    assert cores.busy_s() / number / env.now == pytest.approx(busy, rel=0.05)


def test_a_bounded_queue_refuses_what_m_m_1_k_loses() -> None:
    """Three may wait and one is served: K = 4, of which (1 - r) r^K / (1 - r^(K + 1)) is lost."""
    load, places = 1.2, 4
    rate = load / SERVICE_S
    fleet = textbook(1, queue_events=places - 1)
    played = [play(fleet, Traffic(rate=rate, batch=1), TEXTBOOK, 1_000 / rate, seed=seed) for seed in range(10)]
    lost = np.array([each.share("refused") for each in played])
    expected = (1 - load) * load**places / (1 - load ** (places + 1))
    assert abs(lost.mean() - expected) < 3.29 * lost.std(ddof=1) / math.sqrt(len(lost))


def test_cores_are_shared_evenly() -> None:
    """Two jobs on one core take turns; a third on two cores slows both others to two thirds."""
    env = Environment()
    one, two = Cores(env, 1), Cores(env, 2)
    ends = {}

    def job(name: str, cores: Cores, seconds: float):
        yield cores.work(seconds)
        ends[name] = env.now

    for name, cores, seconds in (("a", one, 1), ("b", one, 2), ("c", two, 2), ("d", two, 2), ("e", two, 2)):
        env.process(job(name, cores, seconds))
    env.run()
    assert ends == pytest.approx({"a": 2, "b": 3, "c": 3, "d": 3, "e": 3})


def test_a_flush_serves_all_that_came_during_the_last_one() -> None:
    """Two commits that arrive during a flush share the next one; its time is that of their rows together."""
    env = Environment()
    disk, ends = Disk(env, Curve({0: 1.0, 100: 2.0})), {}

    def commit(name: str, at: float, rows: int):
        yield env.timeout(at)
        yield disk.flush(rows)
        ends[name] = env.now

    for name, at, rows in (("first", 0, 0), ("second", 0.2, 50), ("third", 0.4, 50)):
        env.process(commit(name, at, rows))
    env.run()
    assert ends == pytest.approx({"first": 1, "second": 3, "third": 3})


def test_a_new_segment_of_the_log_makes_everybody_wait() -> None:
    """Every so many rows a flush takes longer; that many rows at once make several segments."""
    env = Environment()
    disk = Disk(env, constant(1.0), log_bytes=SEGMENT_BYTES / 10, segment_s=5.0)
    took = []

    def commits():
        for rows in (9, 1, 1, 20):
            began = env.now
            yield disk.flush(rows)
            took.append(env.now - began)

    env.process(commits())
    env.run()
    assert took == pytest.approx([1, 6, 1, 11])


def small() -> tuple[ServiceTimes, Fleet]:
    """Return the measured times, and a fleet small enough to be overloaded quickly."""
    times = measured(manifest.newest(of_one_machine(NEEDED)))
    return times, Fleet(services=2, shards=2, queue_events=5_000, network_s=0.0002)


@pytest.mark.parametrize("rate", [100_000, 2_000_000])
def test_nothing_is_lost_and_nothing_is_made_up(rate: int) -> None:
    """When arrivals stop and all has ended: sent = answered + refused, and the shards hold the answered rows."""
    times, fleet = small()
    env = Environment()
    deployment = Deployment(env, fleet, times, np.random.default_rng(5))
    stored = dict.fromkeys(deployment.shards, 0)
    for shard in deployment.shards:
        insert = shard.insert

        def counted(rows, phases, factor, shard=shard, insert=insert):
            stored[shard] += rows
            return insert(rows, phases, factor)

        shard.insert = counted

    def arrivals():
        for _ in range(300):
            yield env.timeout(1_000 / rate)
            env.process(deployment.post(1_000))

    env.process(arrivals())
    env.run(until=0.1)
    assert deployment.sent == deployment.under_way + len(deployment.seen)
    env.run(until=20)
    outcomes = [each.outcome for each in deployment.seen]
    assert deployment.sent == 300 == len(outcomes)
    assert deployment.under_way == 0
    assert outcomes.count("answered") * 1_000 == sum(stored.values())
    assert ("refused" in outcomes) == (rate > 1_000_000)


def test_the_same_seed_gives_the_same_play() -> None:
    """Two plays of one seed are equal; another seed gives another play."""
    times, fleet = small()
    traffic = Traffic(rate=200_000, reports=50)
    first, again, other = (play(fleet, traffic, times, 1, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first.seen != other.seen


def test_a_lost_shard_refuses_until_it_is_back() -> None:
    """Batches of all campaigns need every shard; with cells only one shard's are refused."""
    times, fleet = small()
    failure = Failure("shard lost", at_s=2, lasts_s=2)
    traffic = Traffic(rate=100_000)
    mixed, cells = (
        play(replace(fleet, cells=cells), traffic, times, 6, warmup_s=0.5, failure=failure) for cells in (False, True)
    )
    away = [each for each in mixed.seen if 2.1 < each.sent_s < 3.9]
    assert {each.outcome for each in away} == {"refused"}
    assert recovery_s(mixed, failure) == pytest.approx(2, abs=1.01)
    assert 0.2 < cells.share("refused") / mixed.share("refused") < 0.8
    assert {unanswered for start, _, unanswered in slices(mixed) if start >= 4.4} == {0}


def test_a_lost_service_is_felt_until_the_balancer_knows() -> None:
    """One of two machines: half of the batches until then, none later."""
    times, fleet = small()
    failure = Failure("service lost", at_s=2, lasts_s=2)
    played = play(fleet, Traffic(rate=100_000), times, 6, warmup_s=0.5, failure=failure)
    lost = [each.outcome == "lost" for each in played.seen if 2.1 < each.sent_s < 3.9]
    assert np.mean(lost) == pytest.approx(0.5, abs=0.02)
    assert {each.outcome for each in played.seen if each.sent_s > 4.1} == {"answered"}


def test_a_failure_that_does_not_end_has_no_recovery() -> None:
    """It was not over when the play was."""
    times, fleet = small()
    failure = Failure("shard lost", at_s=1, lasts_s=60)
    assert recovery_s(play(fleet, Traffic(rate=50_000), times, 3, warmup_s=0.5, failure=failure), failure) is None


def test_a_hot_campaign_loads_one_shard() -> None:
    """30 % of the events and an even part of the rest."""
    times, fleet = small()
    played = play(replace(fleet, shards=4, hot=0.3), Traffic(rate=200_000), times, 2)
    assert played.busiest["shard"] > 1.3 * played.busy["shard"]
    assert replace(fleet, shards=4, hot=0.3).shares() == pytest.approx([0.475, 0.175, 0.175, 0.175])


def test_a_fleet_of_many_shards_is_cells() -> None:
    """Each with two processes at least, on machines of their own."""
    cost = demands(manifest.newest(of_one_machine(NEEDED)))
    few, many = (fleet_for(rate, cost, Assumptions()) for rate in (1_000_000, 10_000_000))
    assert not few.cells
    assert many.cells
    assert many.services * many.processes >= 2 * many.shards
    assert {each.name for each in scenarios.scenarios(10_000_000, cost, Assumptions())} == {
        "peace", "service lost", "shard lost", "slow disk", "hot campaign", "mixed batches",
    }  # fmt: skip


def test_service_times_are_the_measured_ones() -> None:
    """Medians of the stages, scattered as the soak was; a client that makes its bodies costs more."""
    found = manifest.newest(of_one_machine(NEEDED))
    times = measured(found)
    copy = found["stages"].value("stage", stage="copy", batch="1000")
    rollup = found["stages"].value("stage", stage="roll-up", batch="1000")
    assert times.insert(1_000) * 1_000 == pytest.approx(copy + rollup)
    rng = np.random.default_rng(0)
    drawn = np.quantile([times.scatter(rng) for _ in range(20_000)], (0.5, 0.95))
    soak = found["load-soak"]
    wanted = soak.value("ingest.latency", quantile="0.95") / soak.value("ingest.latency", quantile="0.5")
    assert drawn == pytest.approx([1, wanted], rel=0.05)
    assert live(times, found).client(1_000) > times.client(1_000)


def test_missing_results_are_named() -> None:
    """Missing results are named, and not met as a KeyError later."""
    found = manifest.newest(of_one_machine(NEEDED))
    with pytest.raises(MissingResults, match="stages"):
        measured({what: result for what, result in found.items() if what != "stages"})


def test_the_command_gives_the_same_numbers_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its JSON passes, says what it assumed, and does not depend on when it ran."""
    monkeypatch.setenv("ADPULSE_DATA_DIR", str(tmp_path))
    monkeypatch.setattr("adbench.capacity.validation.SEEDS", 1)
    monkeypatch.setattr("adbench.capacity.validation.CLOSED_S", 0.2)
    monkeypatch.setattr("adbench.capacity.scenarios.PEACE_S", 1.0)
    arguments = ["simulate", "--rates", "150k", "--no-failures", "--json"]
    first, again = (CliRunner().invoke(app, arguments) for _ in range(2))
    assert first.exit_code == 0, first.output
    one, two = (json.loads(each.stdout) for each in (first, again))
    assert one["measurements"] == two["measurements"]
    assert one["parameters"]["assumptions"]["utilisation"] == Assumptions().utilisation
    assert {each["labels"]["from"] for each in one["measurements"] if each["name"] == "validation.rate"} == {
        "measured",
        "simulation",
    }


def test_missing_measurements_are_exit_status_2(tmp_path: Path) -> None:
    """Missing measurements end the command with status 2 and their names."""
    done = CliRunner().invoke(app, ["simulate", "--results", str(tmp_path)])
    assert done.exit_code == 2
    assert "stages" in done.output
