"""The people and organisations an agency knows."""
