"""Architectures: functions from an input shape, a number of outputs and options to a list of nodes."""

from dlcli.models.alexnet import alexnet
from dlcli.models.fully_connected import SATURATING, logistic_regression, mlp, softmax_regression
from dlcli.models.googlenet import googlenet
from dlcli.models.inception_small import inception_small
from dlcli.models.lenet import lenet5
from dlcli.models.mobilenet import mobilenet, mobilenet_small
from dlcli.models.network_in_network import network_in_network
from dlcli.models.recurrent import (
    averaged_embeddings,
    recurrent_classifier,
    recurrent_labeler,
    recurrent_language_model,
)
from dlcli.models.resnet import resnet18, resnet20, resnet32, resnet34, resnet50, resnet56
from dlcli.models.vgg import vgg11, vgg16, vgg19, vgg_small

__all__ = [
    "SATURATING",
    "alexnet",
    "averaged_embeddings",
    "googlenet",
    "inception_small",
    "lenet5",
    "logistic_regression",
    "mlp",
    "mobilenet",
    "mobilenet_small",
    "network_in_network",
    "recurrent_classifier",
    "recurrent_labeler",
    "recurrent_language_model",
    "resnet18",
    "resnet20",
    "resnet32",
    "resnet34",
    "resnet50",
    "resnet56",
    "softmax_regression",
    "vgg11",
    "vgg16",
    "vgg19",
    "vgg_small",
]
