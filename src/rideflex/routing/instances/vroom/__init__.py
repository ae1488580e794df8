"""VROOM's JSON: problems and solutions, read and written."""
