"""Write the dashboards of this folder: `make docs`. tests/infra/test_dashboards.py sees that they are in step.

Panels are listed in overview.py and tables.py as title, unit and queries; what they look like, in panel.py, is the same
for all. A query against Prometheus is PromQL, one against PostgreSQL is SQL with Grafana's macros; the test runs every
one of them.
"""

import json
from pathlib import Path

from grafana_foundation_sdk.cog.encoder import JSONEncoder
from overview import OVERVIEW
from panel import dashboard_of
from tables import CAMPAIGNS, DATABASE

FOLDER = Path(__file__).parent / "dashboards"


def render() -> dict[str, str]:
    """Return file name -> text of every dashboard."""
    built = {
        "adpulse_overview.json": dashboard_of("adpulse-overview", "AdPulse++ overview", OVERVIEW | CAMPAIGNS),
        "adpulse_database.json": dashboard_of("adpulse-database", "AdPulse++ database", DATABASE),
    }
    return {name: json.dumps(each, cls=JSONEncoder, indent=2, sort_keys=True) + "\n" for name, each in built.items()}


if __name__ == "__main__":
    for name, text in render().items():
        (FOLDER / name).write_text(text)
