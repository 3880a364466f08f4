"""Sampling and scoring of texts with a language model."""

from dlcli.decoding.choice import TokenChoice
from dlcli.decoding.continuation import continue_texts
from dlcli.decoding.scoring import token_nats

__all__ = ["TokenChoice", "continue_texts", "token_nats"]
