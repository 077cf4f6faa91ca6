import unittest

from ledger import Account, Overdrawn, transfer


class AccountTest(unittest.TestCase):
    def test_a_booking_changes_the_balance(self):
        account = Account("cash")
        account.book(250)
        account.book(-100)
        self.assertEqual(account.balance, 150)
        self.assertEqual(list(account.history()), [250, 150])

    def test_more_than_there_is_cannot_be_taken(self):
        with self.assertRaises(Overdrawn):
            Account("cash", limit=99).book(-100)

    def test_a_transfer_changes_both(self):
        bank, cash = Account("bank", limit=1000), Account("cash")
        transfer(bank, cash, 700)
        self.assertEqual((bank.balance, cash.balance), (-700, 700))
