"""`dlcli config …`: one file a command."""
