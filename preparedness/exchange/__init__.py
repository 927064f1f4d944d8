"""Workbooks: taken offline, edited for days elsewhere, and brought back without losing anybody's work."""
