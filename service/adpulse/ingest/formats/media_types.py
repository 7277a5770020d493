"""The Content-Types of a batch: one look-up for what clients usually write, and a parse for anything else."""

from collections.abc import Callable, Iterable
from typing import Any, NamedTuple

from adpulse.ingest.batch import BodyError, CheckCount
from adpulse.ingest.formats import cloud_events, firehose


class Format(NamedTuple):
    """A way to write a batch down.

    `lines`: one event a line, not one JSON text. `unwrap` takes the events out of an envelope that is not ours: all as
    lines of JSON, or each as Python values or as the UnreadableError that says why it is none. `stamped`: an envelope
    says when it was sent, so its bytes differ each time.
    """

    lines: bool = False
    unwrap: Callable[[bytes, CheckCount], Iterable[Any]] | None = None
    stamped: bool = False


JSON = Format()
NDJSON = Format(lines=True)
MEDIA_TYPES = {
    "application/json": JSON,
    # A page can send it to another origin without a preflight: navigator.sendBeacon with a text.
    "text/plain": JSON,
    # NDJSON has no registered name.
    "application/x-ndjson": NDJSON,
    "application/ndjson": NDJSON,
    "application/jsonl": NDJSON,
    "application/x-jsonlines": NDJSON,
    "application/cloudevents+json": Format(unwrap=cloud_events.unwrap_one),
    "application/cloudevents-batch+json": Format(unwrap=cloud_events.unwrap),
}
FIREHOSE = Format(unwrap=firehose.unwrap, stamped=True)  # application/json, at an address of its own
# The header of a 415 for the Content-Type: the accepted types (RFC 9110, 15.5.16).
ACCEPTED = {"Accept": ", ".join(MEDIA_TYPES)}
_UTF8 = ("utf-8", "utf8")

_USUAL = {
    f"{name}{parameter}".encode(): found
    for name, found in MEDIA_TYPES.items()
    for parameter in ("", ";charset=UTF-8", "; charset=utf-8")
}


def find(content_type: bytes) -> Format:
    """Return the format of a Content-Type. Raise BodyError (415) for one that is not taken, or not in UTF-8."""
    return _USUAL.get(content_type) or _parse(content_type.decode("latin-1"))


def _parse(content_type: str) -> Format:
    name, *parameters = [part.strip().lower() for part in content_type.split(";")]
    if (found := MEDIA_TYPES.get(name)) is None:
        raise BodyError(415, "content_type", "Send application/json or application/x-ndjson.", ACCEPTED)
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "charset" and value.strip().strip('"') not in _UTF8:
            raise BodyError(415, "charset", "Send UTF-8.")
    return found
