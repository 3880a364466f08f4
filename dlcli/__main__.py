"""`python -m dlcli` is the command line."""

import sys

from dlcli.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
