"""All components that a config can name: importing this module fills the registry.

The components of dlcli are registered first, so that a conflict of names is an error of the other package.
"""

import dlcli.data
import dlcli.losses
import dlcli.metrics
import dlcli.models
import dlcli.nn
import dlcli.ops
import dlcli.optim
import dlcli.search
import dlcli.tasks  # noqa: F401  # imported for their registrations
from dlcli.core import component_modules

component_modules.import_accepted()
