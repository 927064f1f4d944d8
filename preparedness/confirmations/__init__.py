"""Asking people whether they stand by their roles, and what they answer."""
