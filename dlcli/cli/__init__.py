"""The command line: one file a command; it parses its arguments, calls one function of `dlcli` and prints the result.

`main.py` is where the shell enters and the only place that reports errors and chooses exit codes, `app.py` lists
the commands, `console.py` owns the two streams.
"""
