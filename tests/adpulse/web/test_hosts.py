"""A service without keys answers to its own names only, so that no page reaches it by DNS rebinding."""

import pytest

from adpulse.settings import Settings
from adpulse.web.hosts import Hosts

LOCAL = [b"", b"localhost", b"LocalHost:8080", b"a.localhost", b"127.0.0.1:80", b"[::1]:8080", b"[::1]", b"10.0.0.7"]
FOREIGN = [b"evil.example", b"evil.example:8080", b"localhost.evil.example", b"127.0.0.1.evil.example", b"x" * 300]


@pytest.mark.parametrize("host", LOCAL)
def test_addresses_and_localhost_are_let_in(host: bytes) -> None:
    """Addresses and localhost are let in, in any spelling; an empty Host comes from no browser."""
    assert Hosts(Settings(host="127.0.0.1")).allow(host)


@pytest.mark.parametrize("host", FOREIGN)
def test_names_of_others_are_kept_out(host: bytes) -> None:
    """Names of others are kept out, also those that look like a local one, at the first and the second question."""
    hosts = Hosts(Settings(host="127.0.0.1"))
    assert not hosts.allow(host)
    assert not hosts.allow(host)


def test_a_name_that_the_operator_gives_is_let_in() -> None:
    """A name that the operator gives is let in with any port; then a public server checks, too."""
    hosts = Hosts(Settings(host="0.0.0.0", allowed_hosts=("Ads.Example",)))
    assert hosts.allow(b"ads.example:443")
    assert hosts.allow(b"ads.example.")
    assert not hosts.allow(b"evil.example")


def test_a_public_server_without_names_has_no_check() -> None:
    """A public server without names has no check, because its names are not known."""
    assert Hosts(Settings(host="0.0.0.0")).allow(b"anything.example")
