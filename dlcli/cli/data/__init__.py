"""`dlcli data …`: one file a command."""
