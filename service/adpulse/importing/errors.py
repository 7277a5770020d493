"""Errors of an import, each a line that says what to do."""


class ImportFailed(Exception):
    """The import cannot go on. What was committed stays, and the same command goes on from there.

    `usage`: the command line or the mapping is wrong, and nothing was begun.
    """

    def __init__(self, message: str, *, usage: bool = False) -> None:
        super().__init__(message)
        self.usage = usage
