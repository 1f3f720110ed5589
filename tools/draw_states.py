"""Draws every state machine of the code into docs/states.md, as Mermaid diagrams that a forge shows as pictures."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

HOME = Path(__file__).resolve().parents[1]
PAGE = HOME / "docs" / "states.md"
HEAD = """# States

Drawn from the code by `.venv/bin/python tools/draw_states.py`; a test fails when this page is stale. An arrow is a
transition, named like its method; a transition sets fields of its own row and nothing else, a service saves it, writes
the audit line and publishes the fact. What is no machine here is derived (`payment_status`, `fulfillment_status`) or
told by somebody else (`Package.tracking_status`).
"""


def machines() -> Iterator[tuple[Any, Any]]:
    """Yield (model, field) of every state machine, room by room."""
    from django.apps import apps
    from django_fsm import FSMFieldMixin

    for model in apps.get_models():
        for field in model._meta.fields:
            if isinstance(field, FSMFieldMixin) and not model.__name__.startswith("Historical"):
                yield model, field


def diagram(model: Any, field: Any) -> str:
    """Return one machine as Mermaid text: first state, transitions, and the states without a way on."""
    words = [str(word) for word, _ in field.choices]
    moves: dict[tuple[str, str], list[str]] = {}
    for move in field.get_all_transitions(model):
        for source in words if move.source == "*" else [str(move.source)]:
            moves.setdefault((source, str(move.target)), []).append(move.name)
    arrows = sorted(moves.items(), key=lambda item: (words.index(item[0][0]), words.index(item[0][1])))
    lines = [f"    [*] --> {field.get_default()}"]
    lines += [f"    {source} --> {target}: {', '.join(sorted(names))}" for (source, target), names in arrows]
    ends = [word for word in words if all(source != word for source, _ in moves)]
    return "\n".join(["stateDiagram-v2", *lines, *(f"    {word} --> [*]" for word in ends)])


def page() -> str:
    """Return the whole page."""
    parts = [HEAD]
    for model, field in machines():
        sentence = (model.__doc__ or "").strip().splitlines()[0]
        title = f"{model._meta.app_label} · {model.__name__}.{field.name}"
        parts.append(f"## {title}\n\n{sentence}\n\n```mermaid\n{diagram(model, field)}\n```\n")
    return "\n".join(parts)


def main() -> None:
    """Write the page."""
    import django

    sys.path.insert(0, str(HOME))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "oms.settings")
    os.environ.setdefault("DATABASE_URL", "sqlite:///:memory:")
    django.setup()
    PAGE.write_text(page(), encoding="utf-8")
    print(f"{PAGE.relative_to(HOME)} is drawn.")


if __name__ == "__main__":
    main()
