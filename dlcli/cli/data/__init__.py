"""`dlcli data …`: one file per command."""
