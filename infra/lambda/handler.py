"""One invocation: messages of SQS in, their events in PostgreSQL once, and back the ids of those to be tried again.

What a message may hold and how it is written is the service's own code: adpulse.ingest.decoder and
adpulse.ingest.group_commit, all messages in one transaction and, when the database refuses a row, message by message.

A message is a batch with a key, so what is delivered twice is stored once: the client's Idempotency-Key, or the id of
its request, which API Gateway puts into an attribute (template.yaml); for who writes to the queue directly, the
message's id. A message of which any event is bad is reported as failed, its good events stored: SQS sets it aside in
the dead-letter queue when it has failed often enough, so that nothing that a client was told is taken is lost in
silence. When the database is away the invocation fails, and the whole batch is delivered again.
"""

import asyncio
import hashlib
import json
import logging
import os
import time
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from adpulse.database.connections import INGEST, Connection, connect
from adpulse.database.errors import UNAVAILABLE
from adpulse.ingest import event_ids, group_commit, idempotency
from adpulse.ingest.batch import BodyError
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.event_ids import EventIds
from adpulse.ingest.job import Job
from adpulse.ingest.partitions import Partitions
from adpulse.settings import Settings

log = logging.getLogger("adpulse.lambda")

Record = dict[str, Any]

# Two attempts, and both over before the write's deadline: boto3's own are five of two minutes.
SECRET_TIMEOUTS: dict[str, Any] = {
    "connect_timeout": 2,
    "read_timeout": 4,
    "retries": {"mode": "standard", "total_max_attempts": 2},
}

KEY = "Idempotency-Key"
CONTENT_TYPE = "Content-Type"


class Consumer:
    """The state of an execution environment between invocations: the decoder's memory and one connection."""

    def __init__(self, settings: Settings, url: Callable[[], str]) -> None:
        self._settings = settings
        self._url = url
        self._decoder = Decoder(settings)
        self._partitions = Partitions()
        self._ids = EventIds()
        self._connection: Connection | None = None

    async def consume(self, records: Sequence[Record]) -> list[str]:
        """Store the messages; return the ids of those that were not stored whole.

        Raise one of UNAVAILABLE, or what else the database says, when all shall be delivered again.
        """
        counts: Counter[str] = Counter(accepted=0, duplicates=0, rejected=0, failed_messages=0)
        failed: list[str] = []
        jobs: dict[str, Job] = {}
        for record in records:
            try:
                jobs[record["messageId"]] = self._job(record)
            except BodyError as error:
                log.warning("message %s: %s", record["messageId"], error.code)
                failed.append(record["messageId"])
        await self._write(list(jobs.values()))
        for message_id, job in jobs.items():
            if refusal := job.answer.exception():  # KeyReused, or Unavailable for a key that expired this moment
                log.warning("message %s: %s", message_id, type(refusal).__name__)
                failed.append(message_id)
                continue
            answer = job.answer.result()
            counts.update(accepted=answer.accepted, duplicates=answer.duplicates, rejected=answer.rejected_count)
            if answer.rejected_count:
                # Places and reasons, which never hold what the client sent.
                log.warning("message %s: %d events rejected: %s", message_id, answer.rejected_count, answer.rejected)
                failed.append(message_id)
        counts["failed_messages"] = len(failed)
        _publish(counts)
        return failed

    def _job(self, record: Record) -> Job:
        """Return a message as a batch with its key. Raise BodyError for one that is no batch."""
        body = record["body"].encode()
        key = _attribute(record, KEY)
        if key is None:
            key = f"sqs:{record['messageId']}"
        elif not idempotency.valid_key(key):
            raise BodyError(400, "idempotency_key", "")
        # API Gateway lets these two types through and no other.
        batch = self._decoder.decode(body, ndjson=_attribute(record, CONTENT_TYPE) == "application/x-ndjson")
        return Job(batch, key, hashlib.sha256(body).digest(), asyncio.get_running_loop().create_future())

    async def _write(self, jobs: Sequence[Job]) -> None:
        """Write every job. A key comes once in a group: its repeat needs the first one's commit."""
        limit = self._settings.write_timeout_s
        # A roll-back after the timeout would wait for the same database for ever.
        deadline = asyncio.get_running_loop().call_later(limit + 1, self._hang_up)
        try:
            async with asyncio.timeout(limit):
                while waiting := [job for job in jobs if not job.answer.done()]:
                    group = {job.key: job for job in reversed(waiting)}
                    try:
                        await self._write_group(list(group.values()))
                    except UNAVAILABLE:
                        # The environment may have slept since its last invocation and lost its connection without
                        # notice. Try once more on a new one: what is committed already has its key.
                        self._hang_up()
                        await self._write_group([job for job in group.values() if not job.answer.done()])
        except UNAVAILABLE:
            self._hang_up()
            raise
        finally:
            deadline.cancel()

    def _hang_up(self) -> None:
        if self._connection is not None:
            self._connection.terminate()

    async def _write_group(self, group: Sequence[Job]) -> None:
        if self._connection is None or self._connection.is_closed():
            url = await asyncio.to_thread(self._url)  # over the network, too: the deadline must reach it
            self._connection = await connect(url, "adpulse lambda", role=INGEST)
            await event_ids.prepare(self._connection)
        await group_commit.write(self._connection, group, self._partitions, self._ids)


def _attribute(record: Record, name: str) -> str | None:
    found: str | None = record["messageAttributes"].get(name, {}).get("stringValue")
    return found


def _publish(counts: Counter[str]) -> None:
    """Publish metrics through the log, in CloudWatch's embedded metric format: no request, no permission."""
    metrics = [{"Name": name, "Unit": "Count"} for name in counts]
    directive = {"Namespace": "AdPulse/Lambda", "Dimensions": [[]], "Metrics": metrics}
    print(json.dumps({"_aws": {"Timestamp": time.time_ns() // 1_000_000, "CloudWatchMetrics": [directive]}, **counts}))


def database_url() -> str:
    """Return the database's URL, from Secrets Manager where DATABASE_SECRET_ARN names a secret: read for each new
    connection, so that a password may change without a deployment.
    """
    arn = os.environ.get("DATABASE_SECRET_ARN")
    if arn is None:
        return os.environ["ADPULSE_DATABASE_URL"]
    import boto3  # the runtime brings it, and botocore
    from botocore.config import Config

    client = boto3.client("secretsmanager", config=Config(**SECRET_TIMEOUTS))
    secret: str = client.get_secret_value(SecretId=arn)["SecretString"]
    return secret


_runner = asyncio.Runner()
_consumer = Consumer(Settings(), database_url)


def handler(event: dict[str, Any], context: object) -> dict[str, Any]:
    """Handle an event of an SQS event source with ReportBatchItemFailures: the entry point."""
    failed = _runner.run(_consumer.consume(event["Records"]))
    return {"batchItemFailures": [{"itemIdentifier": message_id} for message_id in failed]}
