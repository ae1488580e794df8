"""Service-area folders: read, check, generate."""

from rideflex.data.area import ServiceArea, Trips, read_area
from rideflex.data.check import AreaCheck, check_area
from rideflex.data.generate import AreaSettings, generate_area

__all__ = [
    "AreaCheck",
    "AreaSettings",
    "ServiceArea",
    "Trips",
    "check_area",
    "generate_area",
    "read_area",
]
