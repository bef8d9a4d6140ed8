"""Writing the demo city."""

from lianshu.demo.services.loading import load_demo
from lianshu.demo.services.people import PASSWORD

__all__ = ["PASSWORD", "load_demo"]
