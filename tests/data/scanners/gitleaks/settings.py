"""Made-up keys of the right shape; they open nothing."""
NAME = "example"
AWS_ACCESS_KEY_ID = "AKIAFAKEFAKE2345WXYZ"
TEXT = "é漢🙂"; GITHUB_TOKEN = "ghp_F4k3F4k3n0tAr34lT0k3nZyXwVuTsRqPoNmL"
