"""Modules that hold parameters, initializers, layers and the graph that wires them."""

from dlcli.nn import layers
from dlcli.nn.arena import Arena, Segment
from dlcli.nn.edge_filter import EdgeFilter
from dlcli.nn.evaluation import evaluation_mode
from dlcli.nn.graph import Graph, NodeSummary
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.module import Module
from dlcli.nn.node import Node, with_names
from dlcli.nn.parameter import Parameter

__all__ = [
    "Arena",
    "EdgeFilter",
    "Graph",
    "Initializer",
    "Layer",
    "LayerSample",
    "Module",
    "Node",
    "NodeSummary",
    "Parameter",
    "Segment",
    "Shape",
    "ShapeError",
    "evaluation_mode",
    "layers",
    "with_names",
]
