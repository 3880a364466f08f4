"""`dlcli runs …`: one file a command."""
