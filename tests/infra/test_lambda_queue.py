"""The function of infra/lambda behind a real SQS endpoint (moto's server), with all that a queue may do to it.

`EventSource` stands for Lambda's event source mapping: it receives up to ten messages, invokes, deletes those that did
not fail, and leaves the others to their visibility timeout and the queue's redrive policy.
"""

import asyncio
import json
import random
import uuid
from collections.abc import AsyncIterator, Iterator, Sequence
from typing import Any

import boto3
import pytest
from moto.server import ThreadedMotoServer

from adpulse.database.connections import Connection
from adpulse.database.errors import UNAVAILABLE
from adpulse.variants import catalogue, verify
from tests.infra.lambda_function import Function, body, running
from tests.patience import PATIENCE_S
from tests.wire import Wire

VISIBILITY_S = 1
# On a slow machine the same message may be there at both polls that are forgotten and at both without a database; then
# it must come in. One to spare.
MOST_RECEIPTS = 6


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make every client of AWS in this test talk to the server of `endpoint`."""
    for name in ("AWS_PROFILE", "AWS_SESSION_TOKEN", "AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", endpoint)
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "testing")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "testing")


class Queue:
    """A queue and its dead-letter queue."""

    def __init__(self, name: str) -> None:
        self.sqs = boto3.client("sqs")
        self.dead = self.sqs.create_queue(QueueName=f"{name}-dead")["QueueUrl"]
        arn = self.sqs.get_queue_attributes(QueueUrl=self.dead, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        redrive = {"deadLetterTargetArn": arn, "maxReceiveCount": MOST_RECEIPTS}
        attributes = {"VisibilityTimeout": str(VISIBILITY_S), "RedrivePolicy": json.dumps(redrive)}
        self.url = self.sqs.create_queue(QueueName=name, Attributes=attributes)["QueueUrl"]

    def send(self, requests: Sequence[tuple[str, str | None]]) -> None:
        """Send (body, key) ten at a time, as API Gateway does: with the client's key or its request's, or without."""
        for start in range(0, len(requests), 10):
            entries = [
                {
                    "Id": str(place),
                    "MessageBody": text,
                    "MessageAttributes": {"Idempotency-Key": {"DataType": "String", "StringValue": key}} if key else {},
                }
                for place, (text, key) in enumerate(requests[start : start + 10])
            ]
            assert len(self.sqs.send_message_batch(QueueUrl=self.url, Entries=entries)["Successful"]) == len(entries)

    def delete(self, messages: Sequence[dict[str, Any]], url: str | None = None) -> None:
        entries = [{"Id": each["MessageId"], "ReceiptHandle": each["ReceiptHandle"]} for each in messages]
        if entries:
            self.sqs.delete_message_batch(QueueUrl=url or self.url, Entries=entries)

    def receive(self, url: str) -> list[dict[str, Any]]:
        reply = self.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"])
        return reply.get("Messages", [])

    def left(self) -> int:
        """Return the number of messages that wait or are being worked on."""
        names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
        attributes = self.sqs.get_queue_attributes(QueueUrl=self.url, AttributeNames=names)["Attributes"]
        return sum(int(attributes[name]) for name in names)

    def dead_bodies(self) -> list[str]:
        bodies = []
        while messages := self.receive(self.dead):
            bodies += [each["Body"] for each in messages]
            self.delete(messages, self.dead)  # otherwise they come again, on a machine that is slow enough
        return bodies


class EventSource:
    """Lambda's side of a queue."""

    def __init__(self, queue: Queue, function: Function, rng: random.Random) -> None:
        self._queue = queue
        self._function = function
        self._rng = rng
        self.failures = 0

    async def poll(self, *, forget: bool = False) -> None:
        """Receive, invoke, delete. `forget`: die between the invocation and the deletion."""
        messages = await asyncio.to_thread(self._queue.receive, self._queue.url)
        if not messages:
            await asyncio.sleep(0.05)
            return
        self._rng.shuffle(messages)
        try:
            failed = await self._function(*map(self._record, messages))
        except UNAVAILABLE:
            self.failures += 1
            return
        if forget:
            return
        await asyncio.to_thread(self._queue.delete, [each for each in messages if each["MessageId"] not in failed])

    def _record(self, message: dict[str, Any]) -> dict[str, Any]:
        attributes = {
            name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
            for name, value in message.get("MessageAttributes", {}).items()
        }
        return {
            "messageId": message["MessageId"],
            "receiptHandle": message["ReceiptHandle"],
            "body": message["Body"],
            "messageAttributes": attributes,
            "eventSource": "aws:sqs",
        }


@pytest.fixture
async def function(wire: Wire, aws: None, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Function]:
    """Start the function; it finds its database in Secrets Manager, behind a wire that can be cut."""
    secret = boto3.client("secretsmanager").create_secret(Name=f"test-{uuid.uuid4()}", SecretString=wire.url)
    monkeypatch.setenv("DATABASE_SECRET_ARN", secret["ARN"])
    async with running() as function:
        yield function


def traffic(rng: random.Random) -> tuple[list[tuple[str, str | None]], list[str], list[str]]:
    """Return requests in random order, some sent twice; the users that must have one event each; the poison."""
    requests: list[tuple[str, str | None]] = []
    users = []
    poison = ["{", body("unknown", event_type="view"), body("dear", cost=-1)]
    for number in range(297):
        names = [f"U{number}-{place}" for place in range(5)]
        users += names
        when = f"2025-09-24T{rng.randrange(24):02}:{rng.randrange(60):02}:00Z"
        text = body(*names, ts=when, campaign_id=f"C{rng.randrange(7)}", cost=rng.randrange(1_000_000) / 1_000_000)
        # A third has no key of the client; a tenth is a client that tries again.
        key = None if number % 3 == 0 else f"key-{number}"
        requests += [(text, key)] * (2 if key and number % 10 == 1 else 1)
    requests += [(text, None) for text in poison]
    rng.shuffle(requests)
    return requests, users, poison


async def test_nothing_is_lost_and_nothing_doubled(function: Function, wire: Wire, connection: Connection) -> None:
    """Duplicates, reordering, one percent of poison, a poller that dies before it deletes, and a database that goes
    away and comes back: each event that was queued is stored once, and reports say what a recount says. The poison, and
    nothing else, is in the dead-letter queue.
    """
    rng = random.Random(9)
    queue = Queue(f"events-{uuid.uuid4()}")  # the endpoint outlives one version of PostgreSQL
    requests, users, poison = traffic(rng)
    await asyncio.to_thread(queue.send, requests)
    source = EventSource(queue, function, rng)
    polls = 0
    mended = False
    async with asyncio.timeout(PATIENCE_S):
        while await asyncio.to_thread(queue.left):
            polls += 1
            if polls == 10:
                await wire.cut()
            await source.poll(forget=polls in (4, 7))
            if source.failures >= 2 and not mended:
                await wire.mend()
                mended = True
    assert mended, "the database was not away while messages came"
    stored = await connection.fetch("SELECT user_id FROM events")
    assert sorted(record[0] for record in stored) == sorted(users)
    recount = await verify.verify(connection, await catalogue.active(connection))
    assert recount.exact
    assert recount.cells
    assert sorted(await asyncio.to_thread(queue.dead_bodies)) == sorted(poison)
