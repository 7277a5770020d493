"""The program `adpulse`; also `python -m adpulse`."""

from adpulse.cli.entry import start


def main() -> None:
    """Run the command line."""
    start("adpulse", "adpulse.cli.main")


if __name__ == "__main__":
    main()
