"""A suite: methods × tasks × seeds in one YAML file, checked before anything runs.

The Snakefile turns it into jobs. Keys are described in `transfer/suites/demo.yaml`, those of a
search in `transfer/suites/demo_sweep.yaml`.
"""

from transfer.suite.files import config_files
from transfer.suite.suite import Suite, read_suite

__all__ = ["Suite", "config_files", "read_suite"]
