"""Tests of `evaluation/log`."""
