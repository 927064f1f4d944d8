"""Every macro at work with sample data: what the tests of the look open, and whoever wants to see a component."""
