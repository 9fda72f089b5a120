"""Places: coarsening before anything is stored, distances, boxes, polygons. Pure and light to import."""

from shared.geo.distance import metres
from shared.geo.grid import coarsen, grid_step, printed
from shared.geo.shapes import Box, MultiPolygon, in_box, point_in_polygon

__all__ = ["Box", "MultiPolygon", "coarsen", "grid_step", "in_box", "metres", "point_in_polygon", "printed"]
