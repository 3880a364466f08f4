"""`dlcli runs …`: one file per command."""
