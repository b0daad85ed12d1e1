"""What is particular to 30/360, anniversaries and unprorated calendar months.

Expected amounts are worked out beside each case from the formulas of docs/billing/pricing.md.
"""

from collections.abc import Callable
from typing import Any

Bills = Callable[..., list[tuple[str, str, int, int, int]]]
Preview = Callable[..., dict[str, Any]]


class TestFixed30:
    def test_a_31_day_month_costs_like_any_other(self, bills: Bills) -> None:
        # 16 May to 1 June = 15 days: credit 250, new 490
        assert bills(
            "2026-05-01 subscribe basic; 2026-05-16 change plus",
            through="2026-06-01",
            proration="fixed_30",
        )[1:] == [("2026-05-16", "invoice", 240, 24, 264)]

    def test_the_end_of_february_counts_three_days(self, bills: Bills) -> None:
        # starts 28 February: 980 * 3 / 30 = 98
        assert bills("2026-02-28 subscribe plus", through="2026-03-01", proration="fixed_30") == [
            ("2026-02-28", "invoice", 98, 9, 107)
        ]

    def test_cancelling_on_the_30th_of_may_gives_back_the_day_that_is_left(
        self, bills: Bills
    ) -> None:
        # used 1 to 31 May = 29 of 30: kept floor(947.33), credit 33; tax 98 - 94 = 4
        assert bills(
            "2026-05-01 subscribe plus; 2026-05-30 cancel now",
            through="2026-06-01",
            proration="fixed_30",
        )[1:] == [("2026-05-30", "credit_note", -33, -4, -37)]

    def test_an_anniversary_period_never_costs_more_than_its_price(self, bills: Bills) -> None:
        # 28 February to 31 March counts 32 days of 30
        assert bills(
            "2026-01-31 subscribe plus; 2026-02-28 change premium; 2026-03-30 cancel now",
            through="2026-03-31",
            proration="fixed_30",
            cycle="anniversary",
        ) == [
            ("2026-01-31", "invoice", 980, 98, 1078),
            ("2026-02-28", "invoice", 1980, 198, 2178),
        ]


class TestAnniversary:
    def test_the_31st_is_clamped_and_comes_back(self, bills: Bills) -> None:
        made = bills(
            "2026-01-31 subscribe plus",
            through="2026-06-01",
            proration="none_anniversary",
        )
        assert [document[0] for document in made] == [
            "2026-01-31",
            "2026-02-28",
            "2026-03-31",
            "2026-04-30",
            "2026-05-31",
        ]
        assert {document[2] for document in made} == {980}

    def test_an_upgrade_pays_the_whole_difference_at_once(self, bills: Bills) -> None:
        assert bills(
            "2026-04-10 subscribe basic; 2026-05-09 change plus",
            through="2026-05-11",
            proration="none_anniversary",
        ) == [
            ("2026-04-10", "invoice", 500, 50, 550),
            ("2026-05-09", "invoice", 480, 48, 528),
            ("2026-05-10", "invoice", 980, 98, 1078),
        ]

    def test_a_downgrade_waits_for_the_anniversary(self, bills: Bills) -> None:
        assert bills(
            "2026-04-10 subscribe plus; 2026-05-01 change basic",
            through="2026-05-11",
            proration="none_anniversary",
        )[1:] == [("2026-05-10", "invoice", 500, 50, 550)]

    def test_cancelling_now_gives_nothing_back_and_coming_back_begins_anew(
        self, bills: Bills
    ) -> None:
        assert bills(
            "2026-04-10 subscribe plus; 2026-04-12 cancel now; 2026-04-20 subscribe plus",
            through="2026-05-21",
            proration="none_anniversary",
        ) == [
            ("2026-04-10", "invoice", 980, 98, 1078),
            ("2026-04-20", "invoice", 980, 98, 1078),
            ("2026-05-20", "invoice", 980, 98, 1078),
        ]

    def test_days_are_those_of_the_anniversary_period(self, bills: Bills) -> None:
        # [10 April, 10 May) = 30 days, 15 left on 25 April
        assert bills(
            "2026-04-10 subscribe basic; 2026-04-25 change plus",
            through="2026-05-01",
            cycle="anniversary",
        )[1:] == [("2026-04-25", "invoice", 240, 24, 264)]


class TestCalendarMonthUnprorated:
    MODE = "none_calendar_month"

    def test_the_last_day_of_a_month_is_charged_whole(self, bills: Bills) -> None:
        assert bills("2026-04-30 subscribe plus", through="2026-05-02", proration=self.MODE) == [
            ("2026-04-30", "invoice", 980, 98, 1078),
            ("2026-05-01", "invoice", 980, 98, 1078),
        ]

    def test_leaving_on_the_last_day_touches_no_other_month(self, bills: Bills) -> None:
        assert bills(
            "2026-04-03 subscribe plus; 2026-04-30 cancel now",
            through="2026-07-01",
            proration=self.MODE,
        ) == [("2026-04-03", "invoice", 980, 98, 1078)]

    def test_coming_back_twice_in_a_month_is_free(self, bills: Bills) -> None:
        assert (
            len(
                bills(
                    "2026-04-03 subscribe plus; 2026-04-05 cancel now; 2026-04-07 subscribe plus;"
                    "2026-04-09 cancel now; 2026-04-11 subscribe plus; 2026-04-13 cancel now",
                    through="2026-07-01",
                    proration=self.MODE,
                )
            )
            == 1
        )

    def test_coming_back_to_another_package_charges_that_package(self, bills: Bills) -> None:
        assert bills(
            "2026-04-03 subscribe plus; 2026-04-05 cancel now; 2026-04-07 subscribe basic",
            through="2026-05-01",
            proration=self.MODE,
        ) == [
            ("2026-04-03", "invoice", 980, 98, 1078),
            ("2026-04-07", "invoice", 500, 50, 550),
        ]

    def test_an_upgrade_pays_the_whole_difference_once_a_month(self, bills: Bills) -> None:
        assert bills(
            "2026-04-03 subscribe basic; 2026-04-30 change plus; 2026-04-30 cancel now;"
            "2026-05-02 subscribe plus; 2026-05-03 cancel now; 2026-05-10 subscribe basic;"
            "2026-05-11 change plus",
            through="2026-06-01",
            proration=self.MODE,
        ) == [
            ("2026-04-03", "invoice", 500, 50, 550),
            ("2026-04-30", "invoice", 480, 48, 528),
            ("2026-05-02", "invoice", 980, 98, 1078),
            ("2026-05-10", "invoice", 500, 50, 550),
        ]

    def test_subscribing_and_upgrading_on_one_day_is_one_charge(self, preview_of: Preview) -> None:
        answer = preview_of(
            "2026-04-10 subscribe basic; 2026-04-10 change plus",
            through="2026-05-01",
            proration=self.MODE,
        )
        (made,) = answer["documents"]
        assert [(line["package"], line["amount"]) for line in made["lines"]] == [("plus", 980)]
        assert answer["subscriptions"] == [{"package": "plus", "from": "2026-04-10", "to": None}]
