"""What the tests of the roster share: a crowd of rows."""

from collections.abc import Callable

import pytest


@pytest.fixture
def crowd() -> Callable[[int], list[dict[str, object]]]:
    """New people, as many as wanted, each with two channels, two capabilities and two languages."""

    def made(count: int) -> list[dict[str, object]]:
        return [
            {
                "name": f"Person {number}",
                "source": "their_organisation",
                "language": "fr",
                "country": "FR",
                "city": "Lyon",
                "email": f"person{number}@crowd.example.org",
                "phone": f"+3319900{number:04d}",
                "capabilities": ["translation", "logistics"],
                "languages": ["fr", "ht"],
                "serves": [{"country": "HT", "place": "Ouest"}],
            }
            for number in range(count)
        ]

    return made
