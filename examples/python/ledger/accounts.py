"""Accounts and transfers between them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Overdrawn(Exception):
    """More was asked for than there is."""


@dataclass
class Account:
    """One account and what was booked on it."""

    name: str
    limit: int = 0
    bookings: list[int] = field(default_factory=list)

    @property
    def balance(self) -> int:
        return sum(self.bookings)

    def book(self, cents: int) -> None:
        if cents == 0:
            return
        if self.balance + cents < -self.limit:
            raise Overdrawn(f"{self.name} has {self.balance}, {-cents} were asked for")
        self.bookings.append(cents)

    def history(self) -> Iterator[int]:
        balance = 0
        for booking in self.bookings:
            balance += booking
            yield balance


def transfer(source: Account, target: Account, cents: int) -> None:
    """Moves an amount; both accounts change, or neither."""
    if cents < 0:
        source, target, cents = target, source, -cents
    source.book(-cents)
    try:
        target.book(cents)
    except Overdrawn:
        source.book(cents)
        raise
