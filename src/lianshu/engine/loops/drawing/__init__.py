"""A loop as a picture: `draw(loop)` is an SVG text. Stages are columns, steps boxes."""

from lianshu.engine.loops.drawing.svg import draw

__all__ = ["draw"]
