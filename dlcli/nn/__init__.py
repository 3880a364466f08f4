"""Modules that hold parameters, initialisers, layers and the graph that wires them."""

from dlcli.nn.graph import Graph, NodeSummary
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layers import Linear, ReLU
from dlcli.nn.module import Module
from dlcli.nn.node import Node, with_names
from dlcli.nn.parameter import Parameter

__all__ = [
    "Graph",
    "Initializer",
    "Layer",
    "LayerSample",
    "Linear",
    "Module",
    "Node",
    "NodeSummary",
    "Parameter",
    "ReLU",
    "Shape",
    "ShapeError",
    "with_names",
]
