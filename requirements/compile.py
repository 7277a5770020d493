"""Compile the lock files from pyproject.toml: `make lock`.

Every file is universal (one for all platforms), hashed, and holds no index address. All are constrained by one
resolution of everything, so that a package has one version in all of them: what is tested is what runs.
"""

import subprocess
import sys
import tempfile
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

EVERYTHING = [*DEVELOPMENT, "--group", "lab", "--group", "site", "--group", "lambda"]


def compile_lock(output: Path | str, selection: list[str]) -> None:
    """Write the newest versions that the selection allows. Raise subprocess.CalledProcessError."""
    print(output, file=sys.stderr)
    command = [str(UV), "pip", "compile", "--quiet", "--universal", "--upgrade"]
    command += ["--python-version", "3.11", "--generate-hashes", "--no-annotate"]
    command += ["--custom-compile-command", "make lock", "--output-file", str(output)]
    subprocess.run([*command, *selection], cwd=ROOT, check=True)


with tempfile.TemporaryDirectory() as folder:
    everything = Path(folder, "everything.txt")
    compile_lock(everything, ["pyproject.toml", *EVERYTHING])
    for name, selection in LOCKS.items():
        compile_lock(f"requirements/{name}", [*selection, "--constraint", str(everything)])
