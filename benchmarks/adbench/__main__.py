"""The program `adbench`; also `python -m adbench`."""

from adpulse.cli.entry import start


def main() -> None:
    """Run the command line."""
    start("adbench", "adbench.cli")


if __name__ == "__main__":
    main()
