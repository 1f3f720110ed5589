"""Better batches by exchanging orders between carts: the best exchange every time, with a short memory (tabu search).

For every order it is kept how long the walk of its cart would be without it, and with each other order in its place;
for every cart, how long its walk would be with each order added. An exchange changes two carts, so only their rows are
measured again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

import numpy as np
import numpy.typing as npt

from fulfillment.picking.book import Book
from fulfillment.picking.wave import members_of

SPARE = 3
"""So many empty carts are at hand."""
SHORTEST_MEMORY = 4


class Exchange:
    """A division into carts that is changed step by step; remembers the best one it came by."""

    def __init__(self, book: Book, batches: Sequence[int], dice: np.random.Generator) -> None:
        """Begin with some batches."""
        self._book, self._dice = book, dice
        self._sizes = np.array(book.wave.sizes, dtype=np.int64)
        self._bit = [1 << order for order in range(len(self._sizes))]
        self._free_at = np.zeros(len(self._sizes), dtype=np.int64)
        self._step = 0
        self._lay_out(batches)
        self.best, self.least = [*batches], self.total

    def _lay_out(self, batches: Sequence[int]) -> None:
        """Put orders into carts as given, with some empty carts beside them."""
        self.carts = [*batches, *[0] * SPARE]
        orders, carts = len(self._sizes), len(self.carts)
        self._home = np.zeros(orders, dtype=np.intp)
        self._loads = np.zeros(carts, dtype=np.int64)
        self._length = np.zeros(carts)
        self._without = np.zeros(orders)
        self._instead = np.full((orders, orders), np.inf)
        self._joined = np.full((carts, orders), np.inf)
        self._settle(range(carts))

    @property
    def total(self) -> int:
        """Return how long all walks are together."""
        return sum(self._book.length[cart] for cart in self.carts)

    def run(self, steps: int, left: Callable[[], float]) -> None:
        """Make so many exchanges, each the best that memory allows, as long as time is left."""
        for _ in range(steps):
            if left() <= 0 or not self._exchange():
                break
            self._compare()

    def _compare(self) -> None:
        """Remember the division if it is the best so far."""
        if self.total < self.least:
            self.best, self.least = [cart for cart in self.carts if cart], self.total

    def restart(self, batches: Sequence[int], kicks: int) -> None:
        """Go back to some batches, and make exchanges there that chance chooses."""
        self._book.forget({*self.best, *batches})
        self._lay_out(batches)
        self._compare()
        self._free_at[:] = 0
        for _ in range(kicks):
            swaps, _ = self._changes()
            pairs = np.argwhere(np.triu(np.isfinite(swaps)))
            if len(pairs):
                one, other = pairs[self._dice.integers(len(pairs))].tolist()
                self._swap(one, other)

    def _changes(self) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """Return by how much each swap of two orders, and each move of an order into a cart, lengthens the walks."""
        here = self._length[self._home]
        swaps = self._instead - here[:, None]
        swaps += swaps.T.copy()
        moves = self._joined - self._length[:, None] + (self._without - here)
        return swaps, moves

    def _exchange(self) -> bool:
        """Make the best exchange of orders that memory allows; anything that beats the best so far is allowed."""
        swaps, moves = self._changes()
        enough = self.least - self.total
        if min(swaps.min(), moves.min()) >= enough:
            kept = self._free_at > self._step
            swaps[kept, :] = swaps[:, kept] = moves[:, kept] = np.inf
        if not np.isfinite(min(swaps.min(), moves.min())):
            return False
        if swaps.min() < moves.min():
            self._swap(*divmod(int(swaps.argmin()), len(swaps)))
        else:
            self._move(*divmod(int(moves.argmin()), len(swaps)))
        self._step += 1
        return True

    def _swap(self, one: int, other: int) -> None:
        """Let two orders change carts."""
        first, second = int(self._home[one]), int(self._home[other])
        both = self._bit[one] | self._bit[other]
        self.carts[first] ^= both
        self.carts[second] ^= both
        self._remember([one, other])
        self._settle((first, second))

    def _move(self, cart: int, order: int) -> None:
        """Put an order into another cart."""
        left = int(self._home[order])
        self.carts[left] ^= self._bit[order]
        self.carts[cart] ^= self._bit[order]
        self._remember([order])
        self._settle((left, cart))

    def _remember(self, orders: Sequence[int]) -> None:
        """Let moved orders rest for some steps; chance says how many, so that the search does not go in circles."""
        longest = SHORTEST_MEMORY + max(2, len(self._home) // 8)
        self._free_at[orders] = self._step + self._dice.integers(SHORTEST_MEMORY, longest, len(orders))

    def _settle(self, carts: Iterable[int]) -> None:
        """Measure anew what hangs on some carts."""
        changed = list(carts)
        for at in changed:
            members = members_of(self.carts[at])
            self._home[members] = at
            self._loads[at] = self._sizes[members].sum()
        rows = [self._row(at) for at in changed]
        self._book.measure_with([row for pair in rows for row in pair])
        for at, ((_, orders), *others) in zip(changed, rows, strict=True):
            self._note(at, orders, others)

    def _row(self, at: int) -> list[tuple[int, list[int]]]:
        """Return a cart with the orders that would fit, then, for each of its orders, it without that one likewise."""
        cart, elsewhere = self.carts[at], self._home != at
        room = self._book.wave.capacity - int(self._loads[at])
        rows = [(cart, np.flatnonzero(elsewhere & (self._sizes <= room)).tolist())]
        for order in members_of(cart):
            fits = self._sizes <= room + self._sizes[order]
            rows.append((cart ^ self._bit[order], np.flatnonzero(elsewhere & fits).tolist()))
        return rows

    def _note(self, at: int, orders: list[int], others: Sequence[tuple[int, list[int]]]) -> None:
        """Write down what was measured of a cart."""
        known, bit, cart = self._book.length, self._bit, self.carts[at]
        self._length[at] = known[cart]
        self._joined[at] = np.inf
        self._joined[at, orders] = [known[cart | bit[order]] for order in orders]
        for member, (rest, instead) in zip(members_of(cart), others, strict=True):
            self._without[member] = known[rest]
            self._instead[member] = np.inf
            self._instead[member, instead] = [known[rest | bit[order]] for order in instead]
