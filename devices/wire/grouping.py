"""Pieces of one body that are one reading, put together.

What belongs together is said (an Observation names its members) or shown: the same device and the
same time. Every piece gets the answer of its reading: the first is stored, and those that joined
it are repeats of it.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

import msgspec

from devices.kinds.known import KINDS
from devices.kinds.pieces import NoValue, Piece, together
from devices.kinds.reading import Malformed, Reading
from devices.wire.batch import Undecodable
from devices.wire.strict import told
from devices.wire.words import explain

Says = Reading | Malformed | Undecodable
# A place in the body -> what that item may say: more than one kind knows a heart rate.
Pieces = Mapping[int, Sequence[Piece]]
# A reading has a handful of parts. What is kept of each holds all of them.
MOST_PIECES = 20
TOO_MANY = f"more than {MOST_PIECES} items of this body say one reading: send each part once."
AMBIGUOUS = "belongs to more than one reading of this body: name the one by a reference."


class Group(msgspec.Struct, frozen=True):
    """Places in the body that say one reading, in order."""

    places: tuple[int, ...]
    says: Says


def groups(pieces: Pieces, links: Iterable[tuple[int, int]] = ()) -> list[Group]:
    """The readings of a body, in its order. `links` are pairs of places that name each other."""
    wholes = {place: said[0] for place, said in pieces.items() if said[0].whole}
    owners = _linked(pieces, wholes, links)
    owners |= {place: {owner} for place, owner in _beside(pieces, wholes, owners).items()}
    members: dict[int, list[int]] = defaultdict(list)
    found: list[Group] = []
    for place in pieces:
        of = owners.get(place, {place})
        if len(of) > 1:
            found.append(Group((place,), Malformed("", AMBIGUOUS)))
        else:
            members[next(iter(of))].append(place)
    for owner, places in members.items():
        if len(places) > MOST_PIECES:
            found += [Group((place,), Malformed("", TOO_MANY)) for place in places]
            continue
        kind = pieces[owner][0].kind
        said = [next(p for p in pieces[place] if p.kind == kind) for place in places]
        found.append(Group(tuple(places), _says(said)))
    return sorted(found, key=lambda group: group.places)


def _linked(
    pieces: Pieces, wholes: Mapping[int, Piece], links: Iterable[tuple[int, int]]
) -> dict[int, set[int]]:
    """The readings that name a part, or that it names."""
    owners: dict[int, set[int]] = defaultdict(set)
    for pair in links:
        for part, whole in (pair, pair[::-1]):
            if whole in wholes and part in pieces and part not in wholes:
                kinds = {piece.kind for piece in pieces[part]}
                if wholes[whole].kind in kinds:
                    owners[part].add(whole)
    return owners


def _beside(
    pieces: Pieces, wholes: Mapping[int, Piece], owners: dict[int, set[int]]
) -> dict[int, int]:
    """Where the parts that nobody names belong: to the reading of the same device and time."""
    at: dict[tuple[object, ...], list[int]] = defaultdict(list)
    for place, whole in wholes.items():
        at[_key(whole)].append(place)
    found: dict[int, int] = {}
    leaders: dict[tuple[object, ...], int] = {}
    for place, said in pieces.items():
        if place in wholes or place in owners:
            continue
        beside = {owner for piece in said for owner in at.get(_key(piece), ())}
        if len(beside) > 1:
            owners[place] = beside
        elif beside:
            found[place] = beside.pop()
        else:
            # No panel: parts of one time are a reading without one.
            found[place] = leaders.setdefault(_key(said[0]), place)
    return found


def _key(piece: Piece) -> tuple[object, ...]:
    return piece.kind, piece.device, piece.start, piece.end


def _says(pieces: Sequence[Piece]) -> Says:
    kind = KINDS[pieces[0].kind]
    assert kind.assemble is not None  # only such kinds make pieces
    try:
        piece = together(pieces)
        return kind.assemble(piece)
    except Malformed as error:
        return told(error)
    except NoValue as error:
        return Undecodable(kind.name, str(error), pieces[0].user_slot)
    except msgspec.ValidationError as error:
        return Malformed(*explain(error, kind.item))
