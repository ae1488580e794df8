"""Service-area folders: read and check."""

from rideflex.areas.area import ServiceArea, Trips, read_area
from rideflex.areas.check import AreaCheck, check_area

__all__ = ["AreaCheck", "ServiceArea", "Trips", "check_area", "read_area"]
