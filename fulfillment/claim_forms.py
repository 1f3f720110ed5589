"""The forms of claims at carriers."""

from django import forms

from fulfillment.states_parcels import ClaimReason

AMOUNT = "Like 24.90, in the order's currency."


class Why(forms.Form):
    """Why."""

    note = forms.CharField(max_length=300)


class Open(forms.Form):
    """What is claimed, and why."""

    reason = forms.ChoiceField(choices=ClaimReason.choices, initial=ClaimReason.LOST)
    amount = forms.CharField(max_length=20, required=False, help_text=f"{AMOUNT} Empty: what the goods were sold for.")
    note = forms.CharField(max_length=300, required=False)


class Submit(forms.Form):
    """The carrier's number."""

    reference = forms.CharField(label="The carrier's number", max_length=60, required=False)
    note = forms.CharField(max_length=300, required=False)


class Answer(forms.Form):
    """What the carrier says."""

    answer = forms.CharField(label="What the carrier says", max_length=300, required=False)


class Decline(forms.Form):
    """Why the carrier will not pay."""

    answer = forms.CharField(label="What the carrier says", max_length=300)


class Pay(forms.Form):
    """How much has come."""

    amount = forms.CharField(max_length=20, required=False, help_text=f"{AMOUNT} Empty: all that was claimed.")
