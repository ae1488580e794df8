"""Tests of rideflex, one folder a part."""
