"""A label that comes as a picture, as the PDF that every printer here prints."""

import io

from PIL import Image, UnidentifiedImageError
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

WIDTH, HEIGHT = 288.0, 432.0
"""Four by six inches in points."""
LARGEST_SIDE = 6000


def picture_as_pdf(picture: bytes) -> bytes:
    """Return a page of four by six inches that is filled by the picture, turned upright when it lies.

    :raises ValueError: for what is no picture, or one of more than 6000 dots a side.
    """
    try:
        image = Image.open(io.BytesIO(picture), formats=("GIF", "PNG"))
        if max(image.size) > LARGEST_SIDE:
            raise ValueError("the picture is larger than any label")
        upright = image.convert("L")
    except (UnidentifiedImageError, OSError, SyntaxError) as error:
        raise ValueError("the label is no picture") from error
    if upright.width > upright.height:
        upright = upright.rotate(-90, expand=True)
    out = io.BytesIO()
    canvas = Canvas(out, pagesize=(WIDTH, HEIGHT), pageCompression=1)
    canvas.drawImage(ImageReader(upright), 0, 0, WIDTH, HEIGHT, preserveAspectRatio=True, anchor="n")
    canvas.showPage()
    canvas.save()
    return out.getvalue()
