"""Preferences of a client: Accept and Accept-Encoding (RFC 9110, 12.4)."""


def quality(header: bytes, *names: str) -> float:
    """Return how much a header wants something, 0 (not at all) to 1, by the first of its names that the header has.

    `names` go from the exact to the general, such as `text/csv`, `text/*`, `*/*`. 0 when the header has none of them.
    """
    said: dict[str, float] = {}
    for element in header.decode("latin-1").lower().split(","):
        name, *parameters = [part.strip() for part in element.split(";")]
        weight = next((each[2:] for each in parameters if each.startswith("q=")), "1")
        try:
            said[name] = min(1.0, max(0.0, float(weight)))
        except ValueError:  # not a weight: ignore it
            said[name] = 1.0
    return next((said[name] for name in names if name in said), 0.0)
