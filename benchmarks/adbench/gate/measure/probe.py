"""A program that decodes batches in the environment of a revision and prints the cost. It imports nothing of the gate.

One JSON object a line: {"body": "<file>", "times": n} → {"cpu_s": …, "events": …}; with "allocations": true →
{"peak_bytes": …, "blocks": …}, of one batch. A revision in which this cannot be done answers {"error": "…"}.
"""

import gc
import importlib
import json
import sys
import time
import tracemalloc
from pathlib import Path
from typing import Any


def main() -> None:
    """Answer until the input ends."""
    for line in sys.stdin:
        try:
            answer = work(**json.loads(line))
        except Exception as error:  # noqa: BLE001  # any error is the reason why the benchmark is left out
            answer = {"error": f"{type(error).__name__}: {error}"}
        print(json.dumps(answer), flush=True)


def work(body: str, times: int = 1, allocations: bool = False) -> dict[str, Any]:
    """Decode the body `times` times."""
    from adpulse.settings import Settings

    try:
        Decoder = importlib.import_module("adpulse.ingest.decoder").Decoder
    except ModuleNotFoundError:  # a revision before the packages
        Decoder = importlib.import_module("adpulse.decoder").Decoder

    decoder, content = Decoder(Settings()), Path(body).read_bytes()
    rows = len(decoder.decode(content).rows)  # caches are filled
    if allocations:
        return _allocations(decoder, content)
    gc.collect()
    began = time.process_time()
    for _ in range(times):
        decoder.decode(content)
    return {"cpu_s": time.process_time() - began, "events": rows * times}


def _allocations(decoder: Any, content: bytes) -> dict[str, Any]:
    gc.collect()
    gc.disable()
    try:
        before = sys.getallocatedblocks()
        batch = decoder.decode(content)
        blocks = sys.getallocatedblocks() - before  # blocks that a decoded batch keeps
        del batch
        tracemalloc.start()
        batch = decoder.decode(content)
        peak = tracemalloc.get_traced_memory()[1]  # most memory that decoding needs
        tracemalloc.stop()
        del batch
    finally:
        gc.enable()
    return {"peak_bytes": peak, "blocks": blocks}


if __name__ == "__main__":
    main()
