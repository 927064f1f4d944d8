"""Calling on people when the day comes."""
