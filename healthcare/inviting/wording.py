"""What the messages say, in the person's language: who invites, the link, how to say no.

Nothing of anybody's health stands here, and nothing of the person but, in a letter, their name.
"""

from dataclasses import dataclass

from healthcare.inviting.models import MessageKind


@dataclass(frozen=True, slots=True)
class Text:
    """A message as it goes out. `short` is for a telephone."""

    subject: str
    body: str
    short: str


@dataclass(frozen=True, slots=True)
class _Words:
    subject: str
    reminder: str
    body: str
    short: str


_EN = _Words(
    subject="{operator} invites you to Mimamori",
    reminder="A reminder: ",
    body=(
        "{operator} invites you to use Mimamori, a service for its customers.\n\n"
        "You decide: nothing happens unless you agree, and you choose to what.\n"
        "To look at it and to answer, open this address by {until}:\n\n"
        "{link}\n\n"
        "You are asked for your birth date and the last digits of your telephone number.\n"
        "We never ask for a password or a payment by message.\n\n"
        "You want no more invitations? Say so here, once and for ever:\n\n"
        "{no}\n"
    ),
    short="{operator} invites you to Mimamori. Answer by {until}: {link} No more: {no}",
)
_JA = _Words(
    subject="{operator}より「みまもり」のご案内",
    reminder="【再送】",
    body=(
        "{operator}は、お客さま向けサービス「みまもり」をご案内しています。\n\n"
        "ご利用はお客さまのご意思によります。同意されない限り、何も始まりません。\n"
        "同意の内容も、ご自身でお選びいただけます。\n"
        "ご確認とお返事は、{until}までに次のアドレスからお願いいたします。\n\n"
        "{link}\n\n"
        "ご本人の確認のため、生年月日と電話番号の下4桁をおたずねします。\n"
        "パスワードやお支払いをメッセージでお願いすることはありません。\n\n"
        "今後のご案内が不要な方は、次のアドレスからお知らせください。以後お送りしません。\n\n"
        "{no}\n"
    ),
    short="{operator}より「みまもり」のご案内です。{until}まで: {link} 配信停止: {no}",
)


def text(*, kind: str, language: str, operator: str, link: str, until: str) -> Text:
    """The message in `en` or `ja`; anything else gets English. `until` is the link's last day."""
    words = _JA if language == "ja" else _EN
    given = {"operator": operator, "link": link, "no": f"{link}/no", "until": until}
    again = words.reminder if kind == MessageKind.REMINDER else ""
    return Text(
        subject=again + words.subject.format(**given),
        body=words.body.format(**given),
        short=again + words.short.format(**given),
    )
