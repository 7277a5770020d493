"""The base of the errors that a user can mend."""


class LabError(RuntimeError):
    """The request cannot be met here; the text says why, and what to do. A command prints it as one line."""
