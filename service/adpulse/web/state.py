"""The state that the endpoints of one application share, as `request.app.state`."""

from dataclasses import dataclass, field

from adpulse.auth.keyring import Keyring
from adpulse.database.primary import Primary
from adpulse.ingest.aside import Aside
from adpulse.ingest.body import BodyReader
from adpulse.ingest.decoder import Decoder
from adpulse.ingest.effort import LimitedEffort
from adpulse.ingest.endpoint import Intake
from adpulse.ingest.writer import Writer
from adpulse.reports.endpoint import Answering
from adpulse.reports.replica import Reports
from adpulse.settings import Settings
from adpulse.web.readiness import Readiness


@dataclass
class State(Intake, Answering):
    """Made with the application; `writer` and `reporter` when it starts."""

    settings: Settings
    bodies: BodyReader
    decoder: Decoder
    aside: Aside
    primary: Primary
    keyring: Keyring
    readiness: Readiness
    writer: Writer = field(init=False)
    reporter: Reports = field(init=False)

    @classmethod
    def of(cls, settings: Settings) -> "State":
        """Return the state of an application that has not started."""
        assert settings.database_url is not None
        primary = Primary(settings.database_url, settings)
        keyring, readiness = Keyring(settings, primary), Readiness(primary)
        bodies = BodyReader(settings)
        decoder, aside = Decoder(settings, LimitedEffort()), Aside(settings, bodies)
        return cls(settings, bodies, decoder, aside, primary, keyring, readiness)
