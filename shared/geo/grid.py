"""Coarsening: a place is moved to a grid before it is stored, so no store knows more than may be shown."""

from shared.contracts.listings import Place, Precision

_STEPS: dict[Precision, float] = {
    Precision.COURTYARD: 0.0005,
    Precision.STREET: 0.002,
    Precision.QUARTER: 0.01,
    Precision.DISTRICT: 0.03,
    Precision.CITY: 0.1,
}
_DECIMALS = 6
"""Rounding that takes the noise of binary fractions away, far below the finest grid."""


def grid_step(precision: Precision) -> float:
    """Distance between neighbouring points of the grid, in degrees. At 54° north 0.0005 is 55 x 33 m."""
    return _STEPS[precision]


def coarsen(lat: float, lon: float, precision: Precision) -> Place:
    """The nearest point of the grid of `precision`. Degrees in and out; coarsening twice changes nothing.

    Raises pydantic's ValidationError (a ValueError) for a place that is not on Earth, NaN included.
    """
    place = Place(lat=lat, lon=lon, precision=precision)
    step = grid_step(precision)
    return Place(lat=_snap(place.lat, step), lon=_snap(place.lon, step), precision=precision)


def printed(degrees: float) -> float:
    """Six decimals (RFC 7946, section 11.2), without the noise that arithmetic adds."""
    return round(degrees, _DECIMALS)


def _snap(degrees: float, step: float) -> float:
    return round(round(degrees / step) * step, _DECIMALS) + 0.0  # + 0.0 turns -0.0 into 0.0
