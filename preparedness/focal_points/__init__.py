"""The door of those who have no account: a focal point, by the link that was sent to them."""
