"""A ledger of named accounts, in whole cents."""

from .accounts import Account, Overdrawn, transfer

__all__ = ["Account", "Overdrawn", "transfer"]
