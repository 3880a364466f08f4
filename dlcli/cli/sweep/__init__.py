"""Commands of `dlcli sweep`, one in each file."""
