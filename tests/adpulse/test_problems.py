"""Errors are problem documents (RFC 9457)."""

import orjson

from adpulse import problems


def test_a_problem_is_a_document_with_its_own_members() -> None:
    """The status is in the reply and in the document, and members that are added stand beside the four."""
    reply = problems.problem(413, "body_too_large", "The body is too large.", {"X-Limit": "5"}, limit=5)
    assert (reply.status_code, reply.media_type) == (413, "application/problem+json")
    assert reply.headers["x-limit"] == "5"
    assert orjson.loads(reply.body) == {
        "type": "urn:adpulse:body_too_large",
        "title": "body too large",
        "status": 413,
        "detail": "The body is too large.",
        "limit": 5,
    }


def test_a_service_that_cannot_answer_now_says_when_to_ask_again() -> None:
    """A 503 without Retry-After would leave the pause to the client."""
    reply = problems.unavailable("The database is away.")
    assert (reply.status_code, reply.headers["retry-after"]) == (503, "1")
    assert orjson.loads(reply.body)["type"] == "urn:adpulse:unavailable"
