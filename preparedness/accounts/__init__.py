"""Agencies, their members, and who may do what."""
