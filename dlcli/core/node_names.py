"""What the nodes of a model may be called, in a config and in a graph."""

#: inputs that are not nodes: the node before in the list, and the model's input
PREVIOUS, INPUT = "previous", "input"

#: regular expression of a node's name; `PREVIOUS` and `INPUT` are taken
NODE_NAME = "[A-Za-z_][A-Za-z0-9_]*"
