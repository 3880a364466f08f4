"""Modules with parameters, initializers, layers and graphs of layers."""

from dlcli.nn import layers
from dlcli.nn.arena import Arena, Segment
from dlcli.nn.directions import check_causal, check_last_steps
from dlcli.nn.edge_filter import EdgeFilter
from dlcli.nn.evaluation import evaluation_mode
from dlcli.nn.gradcheck import check_layer, check_model
from dlcli.nn.graph import Graph, Inputs, Lengths, NodeSummary
from dlcli.nn.graph_resolution import ancestors
from dlcli.nn.graph_values import GraphValues
from dlcli.nn.head import head_layers
from dlcli.nn.initializers import Initializer
from dlcli.nn.layer import Layer, LayerSample, Shape, ShapeError
from dlcli.nn.layer_roles import LayerRoles
from dlcli.nn.layers import BatchNorm, ConvTranspose2D, Embedding
from dlcli.nn.layers.activations import Activation
from dlcli.nn.layers.conv2d import Convolution
from dlcli.nn.layers.dropout import Dropout
from dlcli.nn.layers.recurrent import Recurrent
from dlcli.nn.layers.spatial_dropout import SpatialDropout
from dlcli.nn.module import Module
from dlcli.nn.node import Node, with_names
from dlcli.nn.padding import padding_mask
from dlcli.nn.parameter import Parameter
from dlcli.nn.state_gradients import state_gradients
from dlcli.nn.time_axis import check_padding
from dlcli.nn.trainable_tail import TrainableTail, find_trunk_end
from dlcli.nn.weight_match import (
    Naming,
    WeightMatch,
    check_all_used,
    check_complete,
    check_finite,
    check_ignored,
    load,
    match,
)

__all__ = [
    "Activation",
    "Arena",
    "BatchNorm",
    "ConvTranspose2D",
    "Convolution",
    "Dropout",
    "EdgeFilter",
    "Embedding",
    "Graph",
    "GraphValues",
    "Initializer",
    "Inputs",
    "Layer",
    "LayerRoles",
    "LayerSample",
    "Lengths",
    "Module",
    "Naming",
    "Node",
    "NodeSummary",
    "Parameter",
    "Recurrent",
    "Segment",
    "Shape",
    "ShapeError",
    "SpatialDropout",
    "TrainableTail",
    "WeightMatch",
    "ancestors",
    "check_all_used",
    "check_causal",
    "check_complete",
    "check_finite",
    "check_ignored",
    "check_last_steps",
    "check_layer",
    "check_model",
    "check_padding",
    "evaluation_mode",
    "find_trunk_end",
    "head_layers",
    "layers",
    "load",
    "match",
    "padding_mask",
    "state_gradients",
    "with_names",
]
