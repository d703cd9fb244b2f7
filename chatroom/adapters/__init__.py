"""The outside world behind ports: one file per vendor, each with a quiet twin where tests need one."""
