"""PNG files that are small enough for a repository: few colours, and no more pixels than are looked at."""

import io

from matplotlib.figure import Figure
from PIL import Image
from PIL.Image import Quantize, Resampling

DPI = 180
COLOURS = 256  # colours of a picture in a file
PREVIEW_WIDTH, PREVIEW_COLOURS = 810, 64  # size of a picture inside a notebook


def of_figure(figure: Figure) -> bytes:
    """Return a figure of matplotlib as a light picture; its bytes depend on the figure and on versions alone."""
    buffer = io.BytesIO()
    figure.savefig(buffer, dpi=DPI, metadata={"Software": None})
    return light(buffer.getvalue())


def light(png: bytes) -> bytes:
    """Return the same picture in so few colours that it takes a third of the bytes; no eye sees a difference."""
    return _written(_opened(png), COLOURS)


def preview(png: bytes) -> bytes:
    """Return the picture as wide as a page: what a notebook holds, beside the whole one in its file."""
    picture = _opened(png)
    width = min(PREVIEW_WIDTH, picture.width)
    size = (width, round(picture.height * width / picture.width))
    return _written(picture.resize(size, Resampling.LANCZOS), PREVIEW_COLOURS)


def _opened(png: bytes) -> Image.Image:
    return Image.open(io.BytesIO(png)).convert("RGB")


def _written(picture: Image.Image, colours: int) -> bytes:
    buffer = io.BytesIO()
    picture.quantize(colours, method=Quantize.MEDIANCUT, dither=Image.Dither.NONE).save(buffer, "png", optimize=True)
    return buffer.getvalue()
