"""The form that records who took a parcel, with a picture: a file from a page, base64 from the API."""

import base64
import binascii
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from fulfillment.models.proofs import MOST_PICTURE_BYTES, picture_kind

TOO_LARGE = f"A picture may have {MOST_PICTURE_BYTES // 1024} KB."
NO_PICTURE = "Send a PNG, JPEG or GIF picture."


class PictureInput(forms.FileInput):
    """A file of a page, or a text of the API: an act's values are one mapping of both."""

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        """Return what was sent."""
        return files.get(name) or data.get(name)


class Picture(forms.Field):
    """The bytes of a picture."""

    widget = PictureInput(attrs={"accept": "image/png,image/jpeg,image/gif"})

    def clean(self, value: Any) -> bytes:
        """Return the picture's bytes, none without one; raises ValidationError for what is none or too large."""
        content = _content(value)
        if content and len(content) > MOST_PICTURE_BYTES:
            raise forms.ValidationError(TOO_LARGE, code="too_large")
        if content and not picture_kind(content):
            raise forms.ValidationError(NO_PICTURE, code="no_picture")
        return content


def _content(value: Any) -> bytes:
    """Return what was sent, at most one byte more than may be; raises ValidationError for what is no base64."""
    if isinstance(value, UploadedFile):
        content: bytes = value.read(MOST_PICTURE_BYTES + 1)
        return content
    try:
        return base64.b64decode(str(value or ""), validate=True)
    except (ValueError, binascii.Error):
        raise forms.ValidationError(NO_PICTURE, code="no_picture") from None


class Proof(forms.Form):
    """Who took a parcel, where and when."""

    signed_by = forms.CharField(label="Who took it", max_length=120)
    place = forms.CharField(max_length=120, required=False, help_text="Such as: front desk.")
    signed_at = forms.DateTimeField(label="When", required=False, help_text="Empty means when it was delivered.")
    picture = Picture(required=False, help_text=f"A signature or the parcel at the door. {TOO_LARGE}")
