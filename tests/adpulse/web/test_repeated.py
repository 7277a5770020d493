"""A lasting state is logged twice: when it begins and when it is over."""

import logging

import pytest

from adpulse.web.repeated import Repeated
from tests.patience import until


async def test_a_condition_is_logged_at_its_beginning_and_end(caplog: pytest.LogCaptureFixture) -> None:
    """It is logged when it begins and when it is over, however often it happens in between; and again next time."""
    caplog.set_level(logging.INFO)
    repeated = Repeated(logging.getLogger("test"), "trouble", quiet_s=0.05)
    for turn in (1, 2):
        for _ in range(100):
            repeated.note("a detail")
        await until(lambda turn=turn: len(caplog.messages) >= 2 * turn)
    assert ["there were 100" in message for message in caplog.messages] == [False, True] * 2
