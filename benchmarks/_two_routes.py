"""People who come by two routes, with the truth of who is who: for `benchmarks.matching`.

Households of one to five under one postcode; names drawn by rank (the k-th is 1/k as frequent),
with the shapes that registers keep; twins; sons with their father's name. Each list then writes
people down in its own way: other shapes, other kana, slips, gaps, former addresses, numbers that
are another's by now. The same arguments give the same people. Nobody in it exists.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from healthcare.persons.comparing.known import Known

# A shape that a register may have stands behind a stroke.
FAMILIES = (
    "佐藤 サトウ", "鈴木 スズキ", "高橋|髙橋 タカハシ", "田中 タナカ", "伊藤 イトウ",
    "渡辺|渡邊|渡邉 ワタナベ", "山本 ヤマモト", "中村 ナカムラ", "小林 コバヤシ", "加藤 カトウ",
    "吉田|𠮷田 ヨシダ", "山田 ヤマダ", "佐々木 ササキ", "山口 ヤマグチ", "松本 マツモト",
    "井上 イノウエ", "木村 キムラ", "林 ハヤシ", "斎藤|齋藤|斉藤|齊藤 サイトウ", "清水 シミズ",
    "山崎|山﨑 ヤマザキ", "森 モリ", "池田 イケダ", "橋本 ハシモト", "阿部 アベ", "安部 アベ",
    "石川 イシカワ", "前田 マエダ", "藤田 フジタ", "後藤 ゴトウ", "岡田 オカダ",
    "長谷川 ハセガワ", "村上 ムラカミ", "近藤 コンドウ", "石井 イシイ", "坂本 サカモト",
    "阪本 サカモト", "遠藤 エンドウ", "青木 アオキ", "藤井 フジイ", "西村 ニシムラ",
    "福田 フクダ", "太田 オオタ", "大田 オオタ", "三浦 ミウラ", "岡本 オカモト", "松田 マツダ",
    "中島|中嶋 ナカジマ", "原田 ハラダ", "小川 オガワ", "小野 オノ", "大野 オオノ",
    "沢田|澤田 サワダ", "浜田|濱田 ハマダ", "桜井|櫻井 サクライ", "広瀬|廣瀬 ヒロセ",
    "柳|栁 ヤナギ", "関|關 セキ", "島田|嶋田 シマダ", "河野 コウノ", "東海林 ショウジ",
    "庄司 ショウジ", "大島|大嶋 オオシマ", "滝沢|瀧澤 タキザワ", "国分|國分 コクブ",
)  # fmt: skip
WOMEN = tuple(
    f"{a[0]}{b[0]} {a[1:]}{b[1:]}"
    for a in ("恵ケイ", "裕ユウ", "京キョウ", "洋ヨウ", "智トモ", "由ユ", "美ミ", "真マ", "里リ",
              "佳カ", "千チ", "明アキ", "和カズ", "幸サチ", "節セツ", "紀ノリ", "久ヒサ", "陽ヨウ")
    for b in ("子コ", "美ミ", "代ヨ", "江エ", "香カ", "奈ナ")
)  # fmt: skip
MEN = tuple(
    f"{a[0]}{b[0]} {a[1:]}{b[1:]}"
    for a in ("健ケン", "正マサ", "和カズ", "義ヨシ", "博ヒロ", "浩ヒロ", "隆タカ", "俊トシ",
              "信ノブ", "秀ヒデ", "直ナオ", "雄ユウ", "幸ユキ", "光ミツ", "康ヤス", "昭アキ")
    for b in ("一イチ", "雄オ", "夫オ", "之ユキ", "司シ", "樹キ", "明アキ", "彦ヒコ", "太タ")
)  # fmt: skip
BARS = str.maketrans({"ウ": "ー"})
LARGE = str.maketrans("ョュャッ", "ヨユヤツ")
TO_HIRAGANA = {code: code - 0x60 for code in range(0x30A1, 0x30F7)}
KANA = "アイウエオカキクケコサシスセソタチツテトナニヌネノハヒフヘホマミムメモヤユヨラリルレロワ"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody, as a register has them; `shape` is theirs of the family name's shapes."""

    id: int
    known: Known
    shapes: tuple[str, ...]
    twin: bool = False
    namesake: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """A row of a list, and who it truly is."""

    person: int
    known: Known
    married: bool = False


@dataclass(frozen=True, slots=True)
class TwoRoutes:
    """The first list, the second, and who of them is a twin or has a parent's name."""

    first: list[Row]
    second: list[Row]
    twins: frozenset[int]
    namesakes: frozenset[int]


class Country:
    """Draws households, and writes lists of them."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people: list[Person] = []
        self.numbers = 0

    def settle(self, number: int) -> None:
        """As many people, household by household."""
        while len(self.people) < number:
            self._household()

    def _household(self) -> None:
        chance = self.chance
        shapes, family_kana = _ranked(chance, FAMILIES).split()
        family = Known(
            family_name=chance.choice(shapes.split("|")),
            family_name_kana=family_kana,
            postcode=self._postcode(),
        )
        grown = self._born(1935, 1985)
        size = chance.choices((1, 2, 3, 4, 5), weights=(38, 28, 17, 12, 5))[0]
        father = self._member(family, shapes, "male", grown)
        if size > 1:
            self._member(family, shapes, "female", grown + timedelta(chance.randrange(-2000, 2500)))
        born = grown + timedelta(days=chance.randrange(8000, 13000))
        for child in range(size - 2):
            twin = child == 1 and chance.random() < 0.06
            if not twin and child:
                born += timedelta(days=chance.randrange(500, 1800))
            sex = chance.choice(("female", "male"))
            if child == 0 and sex == "male" and chance.random() < 0.03:
                self._member(family, shapes, sex, born, named_after=father)
            else:
                self._member(family, shapes, sex, born, twin=twin)

    def _member(
        self,
        family: Known,
        shapes: str,
        sex: str,
        born: date,
        *,
        twin: bool = False,
        named_after: Person | None = None,
    ) -> Person:
        given, kana = _ranked(self.chance, WOMEN if sex == "female" else MEN).split()
        if named_after:
            given, kana = named_after.known.given_name, named_after.known.given_name_kana
        known = replace(
            family,
            given_name=given,
            given_name_kana=kana,
            birth_date=born,
            sex=sex,
            numbers=frozenset({self._number()}),
        )
        person = Person(
            len(self.people), known, tuple(shapes.split("|")), twin, named_after is not None
        )
        if twin:  # the one before is the other twin, of another name
            self.people[-1] = replace(self.people[-1], twin=True)
            if self.people[-1].known.given_name == given:
                person = replace(person, known=replace(known, given_name="双葉"))
        self.people.append(person)
        return person

    def _born(self, first: int, last: int) -> date:
        return date(first, 1, 1) + timedelta(days=self.chance.randrange((last - first) * 365))

    def _postcode(self) -> str:
        """Of 120 areas with 100 used codes each."""
        return f"{self.chance.randrange(100, 220)}-{self.chance.randrange(100) * 7:04}"

    def _number(self) -> str:
        self.numbers += 1
        return f"+8190{10_000_000 + self.numbers * 7919 % 90_000_000}"

    def lists(self, *, share: float) -> TwoRoutes:
        """Two lists, each of `share` of the people, written down apart from each other."""
        chance = self.chance
        in_first = [p for p in self.people if chance.random() < share]
        in_second = [p for p in self.people if chance.random() < share]
        free = [number for p in in_first for number in p.known.numbers]
        return TwoRoutes(
            [Row(p.id, self._slips(p.known)) for p in in_first],
            [self._later(p, free) for p in in_second],
            frozenset(p.id for p in self.people if p.twin),
            frozenset(p.id for p in self.people if p.namesake),
        )

    def _later(self, person: Person, free: Sequence[str]) -> Row:
        """The same person years later, by another hand."""
        chance, known = self.chance, person.known
        married = known.sex == "female" and chance.random() < 0.04
        if married:
            shapes, kana = _ranked(chance, FAMILIES).split()
            known = replace(known, family_name=shapes.split("|")[0], family_name_kana=kana)
        elif chance.random() < 0.5:
            known = replace(known, family_name=chance.choice(person.shapes))
        if chance.random() < (0.5 if married else 0.12):
            near = known.postcode[:3] if chance.random() < 0.4 else ""
            known = replace(known, postcode=near + self._postcode()[len(near) :])
        if chance.random() < 0.4:
            number = chance.choice(free) if chance.random() < 0.15 else self._number()
            known = replace(known, numbers=frozenset({number}))
        return Row(person.id, self._slips(self._habits(known)), married)

    def _habits(self, known: Known) -> Known:
        """What is not wrong, but written in another way."""
        chance, kana = self.chance, (known.family_name_kana, known.given_name_kana)
        turn = chance.random()
        if turn < 0.10:
            kana = (kana[0][:1] + kana[0][1:].translate(BARS), kana[1])
        elif turn < 0.20:
            kana = (kana[0].translate(LARGE), kana[1].translate(LARGE))
        elif turn < 0.25:
            kana = (kana[0].translate(TO_HIRAGANA), kana[1].translate(TO_HIRAGANA))
        elif turn < 0.30:
            kana = ("", "")
        known = replace(known, family_name_kana=kana[0], given_name_kana=kana[1])
        if kana[0] and chance.random() < 0.06:  # a list in kana alone
            known = replace(known, family_name="", given_name="")
        return known

    def _slips(self, known: Known) -> Known:
        """What goes wrong at a counter."""
        chance = self.chance
        if known.given_name_kana and chance.random() < 0.01:
            known = replace(known, given_name_kana=self._slip(known.given_name_kana))
        if known.family_name_kana and chance.random() < 0.01:
            known = replace(known, family_name_kana=self._slip(known.family_name_kana))
        if known.given_name and chance.random() < 0.008:  # the machine's first proposal
            known = replace(known, given_name=known.given_name[:-1] + chance.choice("子美代夫雄男"))
        if known.family_name and chance.random() < 0.008:
            same = [f for f in FAMILIES if f.split()[1] == known.family_name_kana]
            other = chance.choice(same or [f"{known.family_name[:-1]}田 "])
            known = replace(known, family_name=other.split()[0].split("|")[0])
        born, turn = known.birth_date, chance.random()
        if born and turn < 0.005 and born.day <= 12:
            known = replace(known, birth_date=date(born.year, born.day, born.month))
        elif born and turn < 0.015:
            known = replace(known, birth_date=self._one_digit(born))
        elif turn < 0.022:
            known = replace(known, birth_date=None)
        turn = chance.random()
        if turn < 0.06:
            known = replace(known, sex="")
        elif turn < 0.062:
            known = replace(known, sex="male" if known.sex == "female" else "female")
        if chance.random() < 0.03:
            known = replace(known, postcode="")
        return known

    def _slip(self, kana: str) -> str:
        at = self.chance.randrange(len(kana))
        return kana[:at] + self.chance.choice(KANA) + kana[at + 1 :]

    def _one_digit(self, born: date) -> date:
        while True:
            text = born.isoformat()
            at = self.chance.choice((2, 3, 6, 8, 9))
            try:
                return date.fromisoformat(f"{text[:at]}{self.chance.randrange(10)}{text[at + 1 :]}")
            except ValueError:
                continue


def _ranked(chance: random.Random, names: Sequence[str]) -> str:
    """A name, the k-th of them with a weight of 1/(k + 5)."""
    return chance.choices(names, weights=[1 / (k + 6) for k in range(len(names))])[0]
