"""Names of the nodes of a model, in a config and in a graph."""

#: Reserved names of inputs: the previous node in the list, and the model's input.
PREVIOUS, INPUT = "previous", "input"

#: Regular expression of a node's name; `PREVIOUS` and `INPUT` are reserved.
NODE_NAME = "[A-Za-z_][A-Za-z0-9_]*"
