"""The form that takes a file: the file itself, how it is written, and what its kind asks for."""

from typing import Any

from django import forms
from django.http import HttpRequest

from oms.foundation.imports.kinds import ImportKind
from oms.foundation.models import ImportSession

ENCODINGS = [
    ("", "UTF-8 (usual)"),
    ("cp1252", "Windows, Western Europe (cp1252)"),
    ("cp1250", "Windows, Central Europe (cp1250)"),
    ("mac_roman", "Mac (Mac Roman)"),
]
KINDS_OF_FILE = ".csv,.tsv,.txt,.gz,.xlsx"


class SendForm(forms.Form):
    """A file to be imported; without one the file of an earlier import is read once more."""

    before: ImportSession | None = None
    file = forms.FileField(
        allow_empty_file=True,
        error_messages={"required": "Choose a file first."},
        max_length=200,
        widget=forms.FileInput(attrs={"accept": KINDS_OF_FILE}),
        help_text="CSV or Excel (.xlsx) with a heading, at most 20 MB.",
    )
    encoding = forms.ChoiceField(
        choices=ENCODINGS,
        required=False,
        label="Character set",
        help_text="Only for a CSV that shows the wrong letters, or is refused because of them.",
    )

    def clean_file(self) -> tuple[str, bytes]:
        """Return name and content of the file, or of the earlier one where none was chosen."""
        found = self.cleaned_data.get("file")
        if found is not None:
            return str(found.name), found.read()
        if self.before is not None and self.before.file is not None:
            return self.before.name, bytes(self.before.file.body)
        raise forms.ValidationError("This file is no longer kept; choose it again.", code="file_forgotten")

    def options(self) -> dict[str, Any]:
        """Return what else was chosen."""
        return {name: value for name, value in self.cleaned_data.items() if name != "file" and value not in ("", False)}


def send_form(kind: ImportKind, request: HttpRequest, before: ImportSession | None) -> SendForm:
    """Return the form of a kind, filled with what was chosen for an earlier import of the file."""
    made = type("KindForm", (SendForm,), {**kind.fields(request.user), "before": before, "__module__": __name__})
    if request.method == "POST":
        form: SendForm = made(request.POST, request.FILES)
    else:
        form = made(initial=before.options if before else None)
    if before is not None:
        form.fields["file"].required = False
        form.fields["file"].help_text = f"Leave this empty to read {before.name} once more."
    return form
