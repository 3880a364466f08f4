"""dlcli: deep-learning experiments from YAML files, and what to try next."""

__version__ = "0.1.0"
