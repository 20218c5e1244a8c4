"""Prints what is on the accounts, and the sum, which never changes."""

from ledger import balances

if __name__ == "__main__":
    found = balances()
    for account, balance in found.items():
        print(f"{account:8}{balance:6}")
    print(f"{'sum':8}{sum(found.values()):6}")
