"""From what a language model expects next to texts."""

from dlcli.decoding.choice import TokenChoice
from dlcli.decoding.continuation import continue_texts
from dlcli.decoding.scoring import token_nats

__all__ = ["TokenChoice", "continue_texts", "token_nats"]
