"""Put what the function runs into a folder: the handler, the service's modules, the locked packages.

    .venv/bin/python infra/lambda/build.py [FOLDER]

`sam build` calls it (Makefile), with the folder that it packs; without one it is build/lambda.
Prints the sizes that Lambda limits: 50 MB zipped when it is uploaded directly, 250 MB unzipped. Packages come as wheels
for the function's platform, not for the machine that builds: nothing is compiled and no container is needed.
"""

import json
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

PYTHON = "3.13"  # as Runtime in template.yaml
PLATFORMS = ("manylinux_2_28_aarch64", "manylinux2014_aarch64")  # Amazon Linux 2023 on Graviton has glibc 2.34

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
TARGET = ROOT / "build" / "lambda"


def build(target: Path) -> None:
    """Fill `target`, which is emptied before."""
    shutil.rmtree(target, ignore_errors=True)
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "install", "--quiet", "--no-compile"]
    command += ["--require-hashes", "--only-binary=:all:", "--implementation=cp", f"--python-version={PYTHON}"]
    command += [f"--platform={platform}" for platform in PLATFORMS]
    command += ["--target", str(target), "--requirement", str(ROOT / "requirements" / "lambda.txt")]
    subprocess.run(command, check=True)
    shutil.rmtree(target / "bin", ignore_errors=True)  # commands of packages
    shutil.copytree(ROOT / "service" / "adpulse", target / "adpulse", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(HERE / "handler.py", target)


def sizes(folder: Path) -> dict[str, int]:
    """Return the bytes of a folder, as they are and as a zip file."""
    with tempfile.TemporaryDirectory() as scratch:
        archive = Path(shutil.make_archive(f"{scratch}/function", "zip", folder))
        unzipped = sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())
        return {"zip_bytes": archive.stat().st_size, "unzipped_bytes": unzipped}


if __name__ == "__main__":
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else TARGET
    build(folder)
    print(json.dumps({"python": PYTHON, "platform": PLATFORMS[0], **sizes(folder)}, indent=2))
