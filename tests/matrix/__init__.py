"""The access matrix: every route x method x principal x subject x format, from the URL resolver
and from OpenAPI.

    people.py        who the data is about, and the canary values that give them away
    principals.py    who asks: sessions, personal tokens, devices, nobody
    world.py         the data set, built once
    subjects.py      own, foreign and absent ids for every path parameter
    table.py         the words of the table: Entry, Call, verdicts, formats
    expectations/    the table itself, one file a room: add a line there for a new route
    routes.py        what the resolver and OpenAPI say there is
    asking.py        one request, rolled back afterwards, and everything it answered
    checks.py        what may be wrong with an answer
    test_*.py        completeness, the matrix, its twins, planted leaks; forged requests, foreign
                     serials, files that leave

How to add a route, a principal or a kind of subject: docs/testing-access.md.
"""
