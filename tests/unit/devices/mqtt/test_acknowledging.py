"""Acknowledgements go out after the work, in order, and never on another connection."""

from devices.mqtt.acknowledging import Acknowledging


def test_in_the_order_in_which_they_came() -> None:
    sent: list[int] = []
    acks = Acknowledging(sent.append)
    tickets = [acks.came(number) for number in (7, 8, 9)]
    acks.done(tickets[2])
    acks.done(tickets[1])
    assert sent == []
    acks.done(tickets[0])
    assert (sent, len(acks)) == ([7, 8, 9], 0)


def test_a_number_of_a_connection_that_is_gone_is_never_sent() -> None:
    """The broker may have given it to another message, which would be lost."""
    sent: list[int] = []
    acks = Acknowledging(sent.append)
    late = acks.came(1)
    acks.disconnected()
    other = acks.came(1)
    acks.done(late)
    assert sent == []
    acks.done(other)
    assert sent == [1]
