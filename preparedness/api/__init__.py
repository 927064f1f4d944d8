"""The API: the same acts as the pages, for programs. One module a domain; documented from the shapes it loads."""
