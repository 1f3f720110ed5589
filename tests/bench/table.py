"""The table of a bench run: a figure, its limit, whether it holds, and how it was measured."""

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured figure; ``limit`` is what it may be at most, or at least where ``at_least``."""

    name: str
    value: float
    unit: str
    limit: float | None = None
    at_least: bool = False
    how: str = ""

    @property
    def holds(self) -> bool | None:
        """Return whether the figure keeps its limit; None without one."""
        if self.limit is None:
            return None
        return self.value >= self.limit if self.at_least else self.value <= self.limit


@dataclass
class Table:
    """The figures of one run, printed as they come."""

    figures: list[Figure] = field(default_factory=list)

    def add(
        self,
        name: str,
        value: float,
        unit: str,
        *,
        most: float | None = None,
        least: float | None = None,
        how: str = "",
    ) -> None:
        """Add a figure and print its line."""
        figure = Figure(name, round(value, 3), unit, most if most is not None else least, least is not None, how)
        self.figures.append(figure)
        print(line_of(figure), flush=True)

    def write(self, path: Path) -> None:
        """Keep the figures as JSON."""
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps([{**asdict(one), "holds": one.holds} for one in self.figures], indent=2))

    @property
    def missed(self) -> list[str]:
        """Return the names of figures beyond their limit."""
        return [one.name for one in self.figures if one.holds is False]


def line_of(figure: Figure) -> str:
    """Return a figure as a line."""
    sign = {None: " ", True: "✓", False: "✗"}[figure.holds]
    limit = "" if figure.limit is None else f"{'≥' if figure.at_least else '≤'} {figure.limit:g}"
    return f"{sign} {figure.name:<52} {figure.value:>12,.3f} {figure.unit:<22} {limit:<12} {figure.how}"
