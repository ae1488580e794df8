"""Service-area folders: read, check, generate."""

from rideflex.data.area import ServiceArea, Trips, read_area

__all__ = ["ServiceArea", "Trips", "read_area"]
