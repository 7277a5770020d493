"""The base of the errors that a user can mend."""


class LabError(RuntimeError):
    """Cannot be done here: the text says why, and what to do. A command prints it as one line."""
