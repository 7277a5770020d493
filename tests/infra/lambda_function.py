"""The function of infra/lambda as its tests start it, and messages as SQS hands them over."""

import asyncio
import hashlib
import importlib.util
import json
import uuid
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path
from types import ModuleType
from typing import Any

FOLDER = Path(__file__).parents[2] / "infra" / "lambda"

Event = dict[str, Any]
Record = dict[str, Any]


def load(name: str = "handler") -> ModuleType:
    """Load a module of infra/lambda, new at each call: `lambda` cannot be part of a package's name."""
    spec = importlib.util.spec_from_file_location(f"lambda_{name}", FOLDER / f"{name}.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class Function:
    """One execution environment: invocations one after the other, in a thread of its own, as handler() blocks."""

    def __init__(self) -> None:
        self.module = load()
        self._thread = ThreadPoolExecutor(1)

    async def __call__(self, *records: Record) -> list[str]:
        """Invoke the handler; return the ids that failed. Raise what it raises."""
        reply = await self._run(lambda: self.module.handler({"Records": list(records)}, None))
        return [each["itemIdentifier"] for each in reply["batchItemFailures"]]

    async def _run(self, work: Callable[[], Any]) -> Any:
        return await asyncio.get_running_loop().run_in_executor(self._thread, work)

    async def close(self) -> None:
        async def hang_up() -> None:
            if (connection := self.module._consumer._connection) is not None:
                connection.terminate()

        await self._run(lambda: self.module._runner.run(hang_up()))
        await self._run(self.module._runner.close)
        self._thread.shutdown()


@asynccontextmanager
async def running() -> AsyncIterator[Function]:
    function = Function()
    try:
        yield function
    finally:
        await function.close()


def body(*users: str, **fields: object) -> str:
    """Build a batch with one event for each user, so that the user names the event."""
    event = {"ts": "2025-09-24T06:59:31Z", "campaign_id": "C", "event_type": "click", "cost": 0.25} | fields
    return json.dumps({"events": [event | {"user_id": user} for user in users]})


def message(text: str, key: str | None = None, message_id: str | None = None, **attributes: str) -> Record:
    """Build a record as the event source hands it over (docs.aws.amazon.com/lambda/latest/dg/with-sqs.html)."""
    named = attributes | ({} if key is None else {"Idempotency-Key": key})
    return {
        "messageId": message_id or str(uuid.uuid4()),
        "receiptHandle": "handle",
        "body": text,
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name.replace("_", "-"): {"stringValue": value, "dataType": "String"} for name, value in named.items()
        },
        "md5OfBody": hashlib.md5(text.encode()).hexdigest(),
        "eventSource": "aws:sqs",
        "eventSourceARN": "arn:aws:sqs:eu-central-1:123456789012:queue",
        "awsRegion": "eu-central-1",
    }
