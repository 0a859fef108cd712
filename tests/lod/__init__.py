"""Tests of levels of detail."""
