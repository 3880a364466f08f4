"""The architectures, each a function from shapes and options to a list of nodes."""

from dlcli.models.fully_connected import logistic_regression, mlp, softmax_regression

__all__ = ["logistic_regression", "mlp", "softmax_regression"]
