"""Everything that a config can name: importing this module fills the registry."""

import dlcli.data
import dlcli.losses
import dlcli.metrics
import dlcli.models
import dlcli.nn
import dlcli.ops
import dlcli.optim
import dlcli.search
import dlcli.tasks  # noqa: F401  # imported for their registrations
