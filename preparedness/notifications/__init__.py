"""Everything said to a person, through one outbox. Knows nothing of plans or people."""
