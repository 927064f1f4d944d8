"""Plans, their roles, seats and checklists, and who is designated."""
