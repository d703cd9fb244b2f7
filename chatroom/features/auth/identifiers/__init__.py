"""E-mail addresses and phone numbers: sealed, looked up, changed, and proven by codes."""
