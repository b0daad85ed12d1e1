"""Makes `subscribers.csv`: the subscriber base of a fictitious operator, with real-life dirt.

    python samples/make_subscribers.py [--rows N] [--seed S] [--out FILE]

Nobody in it exists: names are drawn from common family and given names, e-mail domains end in
`.example`, and telephone numbers are only valid in form. The same arguments make the same bytes.
The dirt stands in fixed places near the end, so that its outcomes can be counted: `DIRT` says how
many rows of each kind there are, and `samples/README.md` what becomes of them.
"""

import argparse
import csv
import random
import sys
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import TextIO

COLUMNS = (
    "operator_subscriber_id", "activated_on", "msisdn", "family_name", "given_name",
    "family_name_kana", "given_name_kana", "birth_date", "sex", "postcode", "prefecture", "email",
    "language", "holder_subscriber_id", "tariff", "package", "entitlement_from", "billing_from",
    "trial_days_left", "price_override", "cancel_on",
)  # fmt: skip
FAMILY_NAMES = (
    "佐藤 サトウ", "鈴木 スズキ", "高橋 タカハシ", "田中 タナカ", "伊藤 イトウ", "渡辺 ワタナベ",
    "山本 ヤマモト", "中村 ナカムラ", "小林 コバヤシ", "加藤 カトウ", "吉田 ヨシダ", "山田 ヤマダ",
    "佐々木 ササキ", "山口 ヤマグチ", "松本 マツモト", "井上 イノウエ", "木村 キムラ", "林 ハヤシ",
    "斎藤 サイトウ", "清水 シミズ", "山崎 ヤマザキ", "森 モリ", "池田 イケダ", "橋本 ハシモト",
    "阿部 アベ", "石川 イシカワ", "前田 マエダ", "藤田 フジタ", "後藤 ゴトウ", "岡田 オカダ",
    "長谷川 ハセガワ", "村上 ムラカミ", "近藤 コンドウ", "石井 イシイ", "坂本 サカモト",
    "遠藤 エンドウ", "青木 アオキ", "藤井 フジイ", "西村 ニシムラ", "福田 フクダ", "太田 オオタ",
    "三浦 ミウラ", "岡本 オカモト", "松田 マツダ", "中島 ナカジマ", "原田 ハラダ", "小川 オガワ",
)  # fmt: skip
WOMEN = (
    "花子 ハナコ", "幸子 サチコ", "和子 カズコ", "洋子 ヨウコ", "恵子 ケイコ", "京子 キョウコ",
    "節子 セツコ", "美智子 ミチコ", "由美子 ユミコ", "真由美 マユミ", "久美子 クミコ",
    "裕子 ユウコ", "智子 トモコ", "陽子 ヨウコ", "直美 ナオミ", "順子 ジュンコ",
)  # fmt: skip
MEN = (
    "太郎 タロウ", "茂 シゲル", "清 キヨシ", "勇 イサム", "実 ミノル", "博 ヒロシ", "隆 タカシ",
    "誠 マコト", "浩 ヒロシ", "健一 ケンイチ", "和夫 カズオ", "正 タダシ", "修 オサム",
    "学 マナブ", "豊 ユタカ", "進 ススム",
)  # fmt: skip
PREFECTURES = (
    "北海道 06", "宮城県 98", "埼玉県 33", "千葉県 26", "東京都 10", "東京都 15", "神奈川県 22",
    "愛知県 46", "京都府 60", "大阪府 53", "兵庫県 65", "広島県 73", "福岡県 81",
)  # fmt: skip
# Kana as an old customer system prints them; the sound mark becomes a character of its own.
HALF_WIDTH = str.maketrans(
    "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワンョュャッー\u3099",
    "ｱｲｳｴｵｶｷｸｹｺｻｼｽｾｿﾀﾁﾂﾃﾄﾅﾆﾇﾈﾉﾊﾋﾌﾍﾎﾏﾐﾑﾒﾓﾔﾕﾖﾗﾘﾙﾚﾛﾜﾝｮｭｬｯｰﾞ",
)
FULL_WIDTH_DIGITS = str.maketrans("0123456789-", "０１２３４５６７８９－")

DIRT = {
    "exact_duplicate": 20,
    "conflicting_pair": 16,  # rows, two for each contract
    "recycled_number": 12,
    "number_of_the_same_day": 8,  # each holds the row it meets as well
    "bad_number": 24,
    "impossible_date": 12,
    "future_date": 8,
    "missing_field": 12,
}
# Numbers behind each mobile prefix; every one of them is valid in form.
POOL = 90_000_000
Row = dict[str, str]


class Operator:
    """A fictitious operator's customer system: draws contracts, then spoils some of its rows."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.number = 0

    def contract(self, activated_before: date = date(2026, 9, 1)) -> Row:
        """A clean contract of a new person, with a number nobody else has."""
        chance = self.chance
        self.number += 1
        sex = chance.choice(("female", "male"))
        family, family_kana = chance.choice(FAMILY_NAMES).split()
        given, given_kana = chance.choice(WOMEN if sex == "female" else MEN).split()
        prefecture, area = chance.choice(PREFECTURES).split()
        row = dict.fromkeys(COLUMNS, "")
        row |= {
            "operator_subscriber_id": f"S{self.number:07}",
            "activated_on": self._day(date(2004, 4, 1), activated_before).isoformat(),
            # Scattered, and never the same twice: the factor shares no divisor with the pool.
            "msisdn": f"0{chance.choice((70, 80, 90))}{10_000_000 + self.number * 7_919 % POOL}",
            "family_name": family,
            "given_name": given,
            "family_name_kana": family_kana,
            "given_name_kana": given_kana,
            "birth_date": self._day(date(1932, 1, 1), date(1992, 12, 31)).isoformat(),
            "sex": sex,
            "postcode": f"{area}{chance.randrange(10)}-{chance.randrange(10_000):04}",
            "prefecture": prefecture,
            "email": f"s{self.number:07}@mail.{chance.choice(('kita', 'nami', 'sora'))}.example",
            "language": "en" if chance.random() < 0.03 else "ja",
            "tariff": chance.choice(("basic", "basic", "unlimited", "senior")),
        }
        self._package(row)
        self._habits(row)
        return row

    def _day(self, first: date, last: date) -> date:
        return first + timedelta(days=self.chance.randrange((last - first).days))

    def _package(self, row: Row) -> None:
        """Two in five took a health package with the contract."""
        package = self.chance.choices(("", "free", "standard", "premium"), weights=(60, 15, 18, 7))[
            0
        ]
        row["package"] = package
        if package:
            row["entitlement_from"] = "2026-10-01"
        if package in {"standard", "premium"}:
            row["billing_from"] = self.chance.choice(("2026-10-01", "2026-10-01", "2026-11-01"))
            if self.chance.random() < 0.05:
                row["price_override"] = "300"

    def _habits(self, row: Row) -> None:
        """What is not wrong, but written in other ways: widths, hyphens, E.164, gaps."""
        chance = self.chance
        if chance.random() < 0.35:
            for name in ("family_name_kana", "given_name_kana"):
                row[name] = unicodedata.normalize("NFD", row[name]).translate(HALF_WIDTH)
        if chance.random() < 0.10:
            row["postcode"] = row["postcode"].translate(FULL_WIDTH_DIGITS)
        writing = chance.random()
        number = row["msisdn"]
        if writing < 0.2:
            row["msisdn"] = f"+81{number[1:]}"
        elif writing < 0.4:
            row["msisdn"] = f"{number[:3]}-{number[3:7]}-{number[7:]}"
        for name in ("email", "sex", "prefecture"):
            if chance.random() < 0.05:
                row[name] = ""


def base(operator: Operator, rows: int) -> list[Row]:
    """Clean contracts; every eighth belongs to the family of the one before, which pays."""
    contracts: list[Row] = []
    for place in range(rows):
        row = operator.contract()
        if place % 8 == 7:
            payer = contracts[-1]
            row["holder_subscriber_id"] = payer["operator_subscriber_id"]
            for name in ("family_name", "family_name_kana", "postcode", "prefecture"):
                row[name] = payer[name]
        contracts.append(row)
    return contracts


def dirt(operator: Operator, contracts: list[Row]) -> Iterator[Row]:
    """The rows that are not simply created, in the numbers of `DIRT`."""
    picked = iter(operator.chance.sample(contracts, 100))
    for _ in range(DIRT["exact_duplicate"]):
        yield dict(next(picked))
    for _ in range(DIRT["conflicting_pair"] // 2):
        row = operator.contract()
        yield row
        yield {**row, "tariff": "unlimited" if row["tariff"] != "unlimited" else "basic"}
    for _ in range(DIRT["recycled_number"]):
        # The number of an older contract, given to a new person this autumn.
        yield {
            **operator.contract(),
            "msisdn": next(picked)["msisdn"],
            "activated_on": date(2026, 10, operator.chance.randrange(1, 29)).isoformat(),
        }
    for _ in range(DIRT["number_of_the_same_day"]):
        # Two contracts of one day that want one number.
        holder = next(picked)
        yield operator.contract() | {name: holder[name] for name in ("msisdn", "activated_on")}
    yield from _spoilt(operator)


def _spoilt(operator: Operator) -> Iterator[Row]:
    chance = operator.chance
    spoil_number: tuple[Callable[[str], str], ...] = (
        lambda number: number[:-2],
        lambda number: f"={number}",
        lambda number: number.translate(FULL_WIDTH_DIGITS),
        lambda number: f"{number} ext. 12",
        lambda number: "000-0000-0000",
        lambda number: number.lstrip("0+")[:9],
    )
    for place in range(DIRT["bad_number"]):
        row = operator.contract()
        plain = row["msisdn"].replace("-", "").replace("+81", "0")
        yield {**row, "msisdn": spoil_number[place % len(spoil_number)](plain)}
    for place in range(DIRT["impossible_date"]):
        name = ("birth_date", "activated_on")[place % 2]
        yield {**operator.contract(), name: chance.choice(("1957-02-29", "2019-13-01", "昭和32年"))}
    for _ in range(DIRT["future_date"]):
        yield {**operator.contract(), "birth_date": f"2{chance.randrange(100, 999)}-05-05"}
    for place in range(DIRT["missing_field"]):
        name = ("msisdn", "activated_on", "operator_subscriber_id")[place % 3]
        yield {**operator.contract(), name: ""}


def subscribers(*, rows: int, seed: int) -> list[Row]:
    """All rows of the file, the dirt mixed into the last quarter."""
    operator = Operator(seed)
    contracts = base(operator, rows - sum(DIRT.values()))
    tail = contracts[-len(contracts) // 4 :]
    mixed = tail + list(dirt(operator, contracts))
    operator.chance.shuffle(mixed)
    return contracts[: -len(tail)] + mixed


def write(rows: list[Row], out: TextIO) -> None:
    """The rows as CSV in the `standard` layout."""
    file = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    file.writeheader()
    file.writerows(rows)


def main(arguments: list[str]) -> None:
    """Write the file named by the arguments."""
    parser = argparse.ArgumentParser(description="Make a fictitious subscriber file.")
    parser.add_argument("--rows", type=int, default=2_000)
    parser.add_argument("--seed", type=int, default=20261123)
    parser.add_argument("--out", type=Path, default=Path(__file__).with_name("subscribers.csv"))
    given = parser.parse_args(arguments)
    smallest = 200 + sum(DIRT.values())
    if given.rows < smallest:
        parser.error(f"--rows {given.rows}: the dirt needs room, at least {smallest} rows.")
    with given.out.open("w", encoding="utf-8", newline="") as out:
        write(subscribers(rows=given.rows, seed=given.seed), out)


if __name__ == "__main__":
    main(sys.argv[1:])
