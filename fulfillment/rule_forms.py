"""The forms of sourcing rules: words divided by commas, amounts as people write them."""

from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminTextInputWidget

from fulfillment.models import SourcingRule, SourcingRuleSet
from fulfillment.sourcing.rules import amount, plain_country
from inventory.models.places import LocationKind
from oms.foundation.money import MAX_MINOR, parse_minor
from oms.foundation.refusals import Invalid
from orders.states import ServiceLevel

MOST_WORDS, LONGEST_WORD = 100, 64


class Words(forms.CharField):
    """A list of words, typed with commas between them."""

    def __init__(self, **kwargs: Any) -> None:
        told = {"required": False, "max_length": 2000, "widget": UnfoldAdminTextInputWidget}
        super().__init__(**{**told, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Show the list with commas."""
        return ", ".join(value) if isinstance(value, list) else value

    def clean(self, value: Any) -> list[str]:
        """Return the words, each once."""
        text = super().clean(", ".join(value) if isinstance(value, list) else value)
        words = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
        if len(words) > MOST_WORDS or any(len(word) > LONGEST_WORD for word in words):
            raise forms.ValidationError("Write up to 100 words of up to 64 letters.", code="too_long")
        return words

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is typed with what was shown."""
        return super().has_changed(self.prepare_value(initial), data)


class Amount(forms.CharField):
    """An amount of money with two digits after the point, kept as a whole number of the smallest unit."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 20, "widget": UnfoldAdminTextInputWidget, **kwargs})

    def prepare_value(self, value: Any) -> Any:
        """Show it as people write it."""
        return amount(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> int | None:
        """Return the smallest units, or None when nothing is typed."""
        text = super().clean(str(value) if value is not None else "").strip()
        if not text:
            return None
        try:
            minor = parse_minor(text, "EUR")
        except Invalid as refusal:
            raise forms.ValidationError(refusal.sentence, code=refusal.code) from refusal
        if not 0 <= minor <= MAX_MINOR:
            raise forms.ValidationError("Write an amount of 0 or more.", code="bad_amount")
        return minor

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare what is typed with what was shown."""
        return super().has_changed(self.prepare_value(initial), data)


class Threshold(Amount):
    """An amount that may be left empty, which is 0 and means never."""

    def clean(self, value: Any) -> int:
        """Return the smallest units, 0 when nothing is typed."""
        return super().clean(value) or 0

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Take nothing typed as what 0 is shown as."""
        return super().has_changed(initial, data or self.prepare_value(0))


class RuleSetForm(forms.ModelForm[SourcingRuleSet]):
    """Name and weights of a draft."""

    split_penalty = Amount(label="A parcel weighs", help_text="A high amount keeps orders together.")
    distance_weight = Amount(label="A kilometre weighs", help_text="0.00 makes all distances equal.")
    last_unit_fee = Amount(label="A store's last unit weighs", help_text="Keeps the last one on the shelf.")
    late_day_fee = Amount(label="A late day weighs", help_text="For each day after the promised one.")
    move_saving = Threshold(
        label="Move before release when that saves",
        required=False,
        help_text="For the least freight: what is planned is decided again while the order waits, and moved when that"
        " saves so much. Empty or 0.00 is never.",
    )
    young_stock_fee = Threshold(
        label="A week younger weighs", required=False, help_text="Old stock goes first: for each week it came in later."
    )
    shallow_stock_fee = Threshold(
        label="Shallow stock weighs",
        required=False,
        help_text="Deep stock goes first: times the share that it has less.",
    )

    class Meta:
        model = SourcingRuleSet
        fields = [
            "name", "note", "prefer", "allow_partial", "max_parcels",
            "split_penalty", "distance_weight", "last_unit_fee", "late_day_fee", "young_stock_fee", "shallow_stock_fee",
            "move_saving",
        ]  # fmt: skip


class NewRuleSetForm(forms.ModelForm[SourcingRuleSet]):
    """The name of a new draft."""

    class Meta:
        model = SourcingRuleSet
        fields = ["name", "note"]


class RuleForm(forms.ModelForm[SourcingRule]):
    """One rule: an effect on locations, for the orders that meet all conditions."""

    locations = Words(help_text="Codes, such as LON, MAN.")
    kinds = forms.MultipleChoiceField(
        label="Kinds of location",
        choices=LocationKind.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    amount = Amount(label="Weighs more by", required=False, help_text="A parcel, for prefer and avoid: 5.00.")
    channels = Words(help_text="Codes, such as web, wholesale.")
    countries = Words(help_text="Two letters: GB, IE.")
    postal_prefixes = Words(label="Postcodes", help_text="How they begin: LS, M1.")
    services = forms.MultipleChoiceField(
        label="Shipping methods",
        choices=ServiceLevel.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
    )
    tags = Words(help_text="One of the order's tags.")
    skus = Words(label="SKUs", help_text="How a line's SKU begins.")
    capabilities = Words(label="Skills", help_text="What a line asks for: gift_wrap.")
    total_from = Amount(label="Total from", required=False)
    total_to = Amount(label="Total to", required=False)

    class Meta:
        model = SourcingRule
        fields = [
            "position", "name", "effect", "locations", "kinds", "amount", "channels", "countries", "postal_prefixes",
            "services", "tags", "skus", "capabilities", "total_from", "total_to", "weight_from", "weight_to",
        ]  # fmt: skip

    def clean_amount(self) -> int:
        """Take nothing typed as nothing."""
        return self.cleaned_data["amount"] or 0

    def clean_countries(self) -> list[str]:
        """Keep country codes in capitals."""
        return [plain_country(word) for word in self.cleaned_data["countries"]]


class Note(forms.Form):
    """A word for those who wonder later."""

    note = forms.CharField(max_length=300, required=False)


class CopyName(forms.Form):
    """What the draft is called."""

    name = forms.CharField(max_length=80)
