"""The forms of scarcity fees: which day to learn from, why they are switched off, which location is capped."""

from datetime import datetime, time, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from fulfillment.models import ScarcityRun


class DayForm(forms.Form):
    """The day whose orders teach."""

    day = forms.DateField(
        label="Day",
        help_text="All orders that were placed on this day, on the desk's clock.",
        widget=forms.DateInput(attrs={"type": "date"}),
    )

    @staticmethod
    def initial_for(row: Any) -> dict[str, Any]:
        """Begin with yesterday."""
        return {"day": timezone.localdate() - timedelta(days=1)}

    def clean_day(self) -> datetime:
        """Return when the day began."""
        return timezone.make_aware(datetime.combine(self.cleaned_data["day"], time()))


class WhyForm(forms.Form):
    """Why the fees weigh no more."""

    reason = forms.CharField(max_length=300)


class CapForm(forms.Form):
    """Which location's fees are cut, and to what."""

    location = forms.CharField(max_length=32, label="Location", help_text="Its code, such as LON.")
    most = forms.CharField(
        max_length=20, required=False, label="At most", help_text="An amount such as 2.50; 0.00 is none, empty no cap."
    )
    reason = forms.CharField(max_length=300, required=False)

    @staticmethod
    def initial_for(row: ScarcityRun) -> dict[str, Any]:
        """Begin with the location of the largest fee."""
        largest = row.fees.select_related("location").order_by("-amount", "pk").first()
        return {"location": largest.location.code if largest else ""}
