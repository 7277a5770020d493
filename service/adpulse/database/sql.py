"""Find the SQL files: migrations and variants."""

from pathlib import Path

_PACKAGED = Path(__file__).parents[1] / "sql"
# In a wheel the SQL lies inside the package, in a checkout beside the service.
SQL_DIR = _PACKAGED if _PACKAGED.is_dir() else Path(__file__).parents[3] / "sql"
