"""Dates as people write them: what can be read one way is understood, what can be read two ways is asked about."""

from datetime import date

import pytest

from preparedness.exchange.written_dates import Order, both, order, understood

FIFTH = date(2025, 3, 5)


@pytest.mark.parametrize(
    "text",
    [
        *("2025-03-05", "2025/3/5", "5 March 2025", "March 5, 2025", "5 mars 2025", "5-Mar-2025", "5 de marzo de 2025"),
        *("5 janv. 2025", "5 مارس 2025", "5th March 2025", "05/05/2025"),
    ],
)
def test_a_date_that_can_be_read_one_way_is_understood(text):
    day, month = both(text)

    assert day == month is not None
    assert understood(text, Order.CLEAR) == day.isoformat()


@pytest.mark.parametrize("text", ["05/12/25", "31/02/2025", "2025", "soon", "", "5 Smarch 2025", "1/2/3", "99/99/2025"])
def test_what_is_no_date_or_has_no_whole_year_is_none(text):
    assert both(text) == (None, None)
    assert understood(text, Order.DAY) is None


def test_two_dates_in_one_are_understood_only_as_somebody_says():
    assert understood("05/12/2025", Order.CLEAR) is None
    assert understood("05/12/2025", Order.ASK) is None
    assert understood("05/12/2025", Order.DAY) == "2025-12-05"
    assert understood("05.12.2025", Order.MONTH) == "2025-05-12"
    assert understood("13/05/2025", Order.MONTH) == "2025-05-13", "what can be read one way is that"


@pytest.mark.parametrize(
    ("texts", "told"),
    [
        ([], Order.CLEAR),
        (["2025-03-05", "13/05/2025", "05/05/2025"], Order.CLEAR),
        (["05/12/2025", "2025-03-05"], Order.ASK),
        (["05/12/2025", "13/05/2025"], Order.DAY),
        (["05/12/2025", "05/13/2025"], Order.MONTH),
        (["05/12/2025", "05/13/2025", "13/05/2025"], Order.ASK),
    ],
)
def test_a_column_tells_its_order_where_one_of_its_dates_does(texts, told):
    assert order(texts) is told
