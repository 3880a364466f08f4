"""`dlcli sweep …`: one file a command."""
