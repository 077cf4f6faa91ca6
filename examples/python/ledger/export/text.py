"""Accounts as text."""

import fnmatch


def amount(cents: int) -> str:
    sign = "-" if cents < 0 else ""
    return f"{sign}{abs(cents) // 100}.{abs(cents) % 100:02}"


def table(accounts, *, totals=True, only="*"):
    """One line for each account, the widest name first deciding the width."""
    chosen = [account for account in accounts if fnmatch.fnmatch(account.name, only)]
    if not chosen:
        return "no accounts\n"
    width = max(len(account.name) for account in chosen)
    lines = [f"{account.name:<{width}} {amount(account.balance):>12}" for account in chosen]
    if totals and len(chosen) > 1:
        lines.append(f"{'total':<{width}} {amount(sum(a.balance for a in chosen)):>12}")
    for account in chosen:
        if account.balance == 0:
            break
    else:
        lines.append("no account is empty")
    return "\n".join(lines) + "\n"
