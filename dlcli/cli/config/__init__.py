"""`dlcli config …`: one file per command."""
