"""Drawing the state machines."""

from oms.foundation.models import BulkOperation
from tools.draw_states import PAGE, diagram, machines, page


def test_the_page_shows_the_machines_as_they_are():
    assert PAGE.read_text(encoding="utf-8") == page(), "docs/states.md is stale: run tools/draw_states.py"


def test_every_machine_of_the_house_is_drawn():
    names = {model.__name__ for model, _ in machines()}
    assert {"Order", "Hold", "Payment", "Refund", "Allocation", "FulfillmentOrder", "Shipment", "Return"} <= names


def test_a_diagram_shows_beginning_transitions_and_ends():
    assert diagram(BulkOperation, BulkOperation._meta.get_field("state")).splitlines() == [
        "stateDiagram-v2",
        "    [*] --> preflight",
        "    preflight --> running: start",
        "    preflight --> cancelled: cancel",
        "    running --> done: finish",
        "    running --> partly_done: finish_partly",
        "    done --> undone: undo",
        "    partly_done --> undone: undo",
        "    undone --> [*]",
        "    cancelled --> [*]",
    ]
