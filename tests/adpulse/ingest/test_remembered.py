"""Values that repeat are remembered, within bounds."""

import pytest

from adpulse.ingest.decoder import Decoder
from tests.adpulse.ingest.decoders import BASE, NOW, SETTINGS


def test_remembered_values_are_forgotten_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory of campaigns, amounts and metadata is bounded, and what is too long is not kept at all."""
    decoder = Decoder(SETTINGS)
    monkeypatch.setattr("adpulse.ingest.remembered.REMEMBERED", 50)
    for n in range(200):
        fields = BASE | {"campaign_id": f'"c{n}"', "cost": f"{n}", "metadata": f'{{"n":{n},"x":"{"x" * n * 2}"}}'}
        event = "{" + ",".join(f'"{key}":{text}' for key, text in fields.items()) + "}"
        decoder.decode(event.encode(), ndjson=True, now=NOW)
        for memory in (decoder._fast.campaigns, decoder._fast.amounts, decoder._fast.documents):
            assert len(memory) <= 50
    assert max(map(len, decoder._fast.documents), default=0) <= 256
