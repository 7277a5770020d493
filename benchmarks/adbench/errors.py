"""The base of the errors that a user can mend, and a look into groups of errors."""

from collections.abc import Iterator


class LabError(RuntimeError):
    """Cannot be done here: the text says why, and what to do. A command prints it as one line."""


def leaves(error: BaseException) -> Iterator[BaseException]:
    """Yield the error itself, or those of a group, however deep; of tasks that run together the first is the cause."""
    if isinstance(error, BaseExceptionGroup):
        for each in error.exceptions:
            yield from leaves(each)
    else:
        yield error
