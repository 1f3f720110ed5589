"""How pieces lie in a box, drawn layer by layer from above; pure text of SVG, with numbers and no words of anybody.

A layer is a height on which pieces stand. What reaches up into it from below is drawn as an outline.
"""

from __future__ import annotations

from collections.abc import Sequence

from fulfillment.packing.pieces import Packing, Placed, Sides

WIDE = 320
"""Units across; the page scales it."""
GAP, HEAD = 14, 22
MOST_LAYERS = 8


def picture(inner: Sides, packing: Packing, numbers: Sequence[int]) -> str:
    """Return the picture; ``numbers`` names each piece, alike ones the same."""
    heights = sorted({placed.at[2] for placed in packing})[:MOST_LAYERS]
    scale = WIDE / inner[0]
    deep = round(inner[1] * scale)
    high = len(heights) * (HEAD + deep + GAP)
    layers = [
        _layer(height, packing, numbers, scale, place * (HEAD + deep + GAP), (WIDE, deep))
        for place, height in enumerate(heights)
    ]
    told = f"Layers from the bottom up: {len(heights)}"
    return (
        f'<svg class="fit" viewBox="-2 0 {WIDE + 4} {high}" role="img" aria-label="{told}"'
        f' xmlns="http://www.w3.org/2000/svg">{"".join(layers)}</svg>'
    )


def _layer(height: int, packing: Packing, numbers: Sequence[int], scale: float, top: int, size: tuple[int, int]) -> str:
    """Draw what stands on one height, and what reaches up into it."""
    word = "bottom" if height == 0 else f"{height} mm up"
    parts = [f'<text class="fit-word" x="0" y="{top + HEAD - 7}" font-size="14">{word}</text>']
    parts.append(f'<rect class="fit-box" x="0" y="{top + HEAD}" width="{size[0]}" height="{size[1]}"/>')
    for placed, number in zip(packing, numbers, strict=True):
        bottom, upper = placed.at[2], placed.at[2] + placed.sides[2]
        if bottom == height:
            parts.append(_piece(placed, number, scale, top + HEAD, "fit-piece"))
        elif bottom < height < upper:
            parts.append(_piece(placed, number, scale, top + HEAD, "fit-below"))
    return "".join(parts)


def _piece(placed: Placed, number: int, scale: float, top: int, kind: str) -> str:
    """Draw one piece with its number."""
    x, y = placed.at[0] * scale, top + placed.at[1] * scale
    wide, deep = placed.sides[0] * scale, placed.sides[1] * scale
    size = max(7.0, min(wide, deep, 44) * 0.55)
    return (
        f'<rect class="{kind}" x="{x:.1f}" y="{y:.1f}" width="{wide:.1f}" height="{deep:.1f}"/>'
        f'<text class="fit-number" x="{x + wide / 2:.1f}" y="{y + deep / 2:.1f}" font-size="{size:.1f}"'
        f' text-anchor="middle" dominant-baseline="central">{number}</text>'
    )
