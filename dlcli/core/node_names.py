"""Names of the values of a model, in a config and in a graph: its inputs, its nodes, and states of its nodes."""

#: Reserved names of inputs: the previous node in the list, and the only input of a model.
PREVIOUS, INPUT = "previous", "input"

#: Name of the only output of a model.
OUTPUT = "output"

#: `<node>.state` stands for all final states of a node, `<node>.hidden` for one of them.
STATE = "state"

#: Regular expression of the name of a node, an input or an output; `PREVIOUS` and `INPUT` are reserved.
NODE_NAME = "[A-Za-z_][A-Za-z0-9_]*"


def node_of(value: str) -> str:
    """Return the node or input that a value comes from.

    >>> [node_of(value) for value in ("encoder", "encoder.hidden")]
    ['encoder', 'encoder']
    """
    return value.partition(".")[0]
