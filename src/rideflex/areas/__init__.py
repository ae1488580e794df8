"""Service-area folders: read and check."""

from rideflex.areas.area import ServiceArea, Trips, read_area
from rideflex.areas.booking_rows import is_service
from rideflex.areas.check import AreaCheck, check_area
from rideflex.areas.check_service import ServiceCheck, check_service
from rideflex.areas.service import BookedDay, Service, read_service

__all__ = [
    "AreaCheck",
    "BookedDay",
    "Service",
    "ServiceArea",
    "ServiceCheck",
    "Trips",
    "check_area",
    "check_service",
    "is_service",
    "read_area",
    "read_service",
]
