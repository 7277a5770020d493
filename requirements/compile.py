"""Compile the lock files from pyproject.toml: `make lock`.

Every file is universal (one for all platforms), hashed, and holds no index address. The larger ones
are constrained by nothing but pyproject.toml, yet resolve to the same versions because they are
compiled at the same moment.
"""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
UV = Path(sys.executable).with_name("uv")
# lambda.txt and build.txt are of the group alone, without the project's own dependencies.
# bench.txt and dev.txt carry the build back end, because the project itself is installed without isolation.
DEVELOPMENT = ["--extra", "figures", "--extra", "archive", "--group", "build", "--group", "dev"]
LOCKS = {
    "runtime.txt": ["pyproject.toml"],
    "build.txt": ["--group", "build"],
    "lambda.txt": ["--group", "lambda"],
    "bench.txt": ["pyproject.toml", "--extra", "bench", "--group", "build"],
    "dev.txt": ["pyproject.toml", *DEVELOPMENT],
    "lab.txt": ["pyproject.toml", *DEVELOPMENT, "--group", "lab"],
    "site.txt": ["pyproject.toml", *DEVELOPMENT, "--group", "site"],
}

for name, selection in LOCKS.items():
    command = [str(UV), "pip", "compile", "--quiet", "--universal", "--upgrade"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    command += ["--custom-compile-command", "make lock", "--output-file", f"requirements/{name}"]
    print(f"requirements/{name}", file=sys.stderr)
    subprocess.run([*command, *selection], cwd=ROOT, check=True)
