"""pyarrow is an extra: only the two commands load it."""

import subprocess
import sys


def test_the_service_never_loads_pyarrow() -> None:
    """It is an extra of one command."""
    code = "import adpulse.cli.main, adpulse.web.app, sys; sys.exit('pyarrow' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
