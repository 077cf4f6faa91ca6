import unittest

from ledger import Account
from ledger.export.text import amount, table


class TextTest(unittest.TestCase):
    def test_cents_have_two_digits(self):
        self.assertEqual([amount(5), amount(-1234)], ["0.05", "-12.34"])

    def test_accounts_stand_below_each_other(self):
        accounts = [Account("bank", bookings=[1000]), Account("till", bookings=[25])]
        self.assertEqual(
            table(accounts),
            "bank        10.00\ntill         0.25\ntotal        10.25\nno account is empty\n",
        )

    def test_an_empty_account_ends_the_search(self):
        self.assertEqual(table([Account("a", bookings=[5, -5])]), "a         0.00\n")
