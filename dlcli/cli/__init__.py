"""Command line: one file per command, which parses arguments, calls one function of `dlcli` and prints the result.

`main.py` is the entry point and the only module that reports errors and chooses exit codes, `app.py` lists the
commands, and `console.py` owns the two output streams.
"""
