"""Variants in product files: the article of each, and what tells it apart."""

import pytest

from inventory.imports import rows as table_rows
from inventory.models import Product
from oms.foundation.models import AuditLine
from tests.factories import make_product

pytestmark = pytest.mark.django_db
HEAD = "sku,title,unit_price,currency,parent,attributes\n"


def family() -> dict[str, str]:
    """Return every product with the SKU of its article."""
    return dict(Product.objects.values_list("sku", "parent__sku"))


def test_variants_get_the_article_of_their_row_and_their_attributes(imported):
    code, summary, _ = imported("products", HEAD + "T,Tee,1,GBP,,\nT-M,Tee M,1,GBP,T,size=M; colour=red\n")

    assert (code, summary) == (0, "products.csv: 2 created, 0 changed, 0 unchanged, 0 refused")
    assert family() == {"T": None, "T-M": "T"}
    assert Product.objects.get(sku="T-M").attributes == {"size": "M", "colour": "red"}


@pytest.mark.parametrize("chunk", [1, 400])
@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_the_order_of_the_rows_does_not_matter(imported, monkeypatch, chunk, option):
    monkeypatch.setattr(table_rows, "CHUNK", chunk)
    rows = "T-M,Tee M,1,GBP,T,\nT-L,Tee L,1,GBP,T,\nT,Tee,1,GBP,,\n"

    code, summary, _ = imported("products", HEAD + rows, *option)

    assert (code, summary.split(" (")[0]) == (0, "products.csv: 3 created, 0 changed, 0 unchanged, 0 refused")
    assert family() == ({} if option else {"T": None, "T-M": "T", "T-L": "T"})


def test_the_article_may_be_known_already_and_is_told_on_the_timeline(imported):
    make_product("T", currency="GBP")
    make_product("T-M", title="Tee", unit_price=100, currency="GBP", attributes={"size": "L"})

    code, summary, _ = imported("products", HEAD + "T-M,Tee,1,GBP,T,size=M\n")

    assert (code, summary) == (0, "products.csv: 0 created, 1 changed, 0 unchanged, 0 refused")
    assert family() == {"T": None, "T-M": "T"}
    assert AuditLine.objects.get().data == {"parent": ["", "T"], "attributes": [{"size": "L"}, {"size": "M"}]}
    assert Product.objects.get(sku="T-M").history.count() == 2


def test_an_empty_cell_takes_a_variant_from_its_article_and_a_missing_column_leaves_it(imported):
    make_product("T-M", parent=make_product("T"), title="Tee", unit_price=100, currency="GBP")

    imported("products", "sku,title,unit_price,currency\nT-M,Tee,2,GBP\n")
    assert family()["T-M"] == "T"
    imported("products", HEAD + "T-M,Tee,2,GBP,,\n")
    assert family()["T-M"] is None


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        ("A,A,1,GBP,A,", "no product is a variant of itself; leave this cell empty for the article."),
        ("A,A,1,GBP,X,", "there is no product with the SKU “X”; its row must be in this file, or imported before."),
        ("A,A,1,GBP,T-M,", "“T-M” is a variant of “T” itself; name that article."),
        ("T,T,1,GBP,Z,", "“T” has variants of its own (T-L, T-M); it cannot become one."),
    ],
)
@pytest.mark.parametrize("option", [[], ["--dry-run"]])
def test_an_impossible_article_is_named_and_nothing_changes(imported, row, sentence, option):
    article = make_product("T")
    make_product("T-M", parent=article)
    make_product("T-L", parent=article)
    make_product("Z")
    before = list(Product.objects.values())

    code, _, faults = imported("products", HEAD + row + "\n", *option)

    assert (code, faults[0]) == (1, f"row 2, column parent: {sentence}")
    assert list(Product.objects.values()) == before


def test_an_article_whose_own_row_is_refused_has_no_variants(imported):
    rows = "T-M,Tee M,1,GBP,T,\nT,Tee,much,GBP,,\n"

    for option in ([], ["--dry-run"]):
        code, _, faults = imported("products", HEAD + rows, *option)
        assert (code, faults[0].split(":")[0]) == (1, "row 2, column parent")
    assert family() == {}


def test_a_family_can_be_turned_round_in_one_file(imported):
    make_product("T-M", parent=make_product("T"), title="Tee M", unit_price=100, currency="GBP")

    for option in (["--dry-run"], []):
        code, _, _ = imported("products", HEAD + "T,Tee,1,GBP,T-M,\nT-M,Tee M,1,GBP,,\n", *option)
        assert code == 0
    assert family() == {"T": "T-M", "T-M": None}


@pytest.mark.parametrize(
    ("cell", "sentence"),
    [
        ("M", "“M” is no attribute; write them like size=M; colour=red."),
        ("=M", "“=M” is no attribute; write them like size=M; colour=red."),
        ("size=M; size=L", "the attribute “size” stands here twice; keep one."),
        ('"""size=M"', '“"size=M” has a quotation mark that is never closed; write like size=M; colour=red.'),
    ],
)
def test_attributes_that_cannot_be_read_are_named(imported, cell, sentence):
    code, _, faults = imported("products", HEAD + f"A,A,1,GBP,,{cell}\n")

    assert (code, faults[0]) == (1, f"row 2, column attributes: {sentence}")
    assert Product.objects.count() == 0
