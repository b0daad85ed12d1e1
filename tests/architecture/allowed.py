"""What may break a rule of the house, and why. An entry that nothing needs any more fails a test.

A key is a file, or `file:function`.
"""

_IMPORT = "an import reads and writes a million rows in sets, in the scope its door opened"
_COLUMNS = "names come from the table of columns in the source, values travel as parameters"
_BILLING = "a billing run works in sets, in the scope its door opened"
_WALLS = "names of tables and roles stand in migrations; runs as the owner, on no input"
_READING = "one statement a batch; the ids come from holdings that the credential covers"

ALLOWED: dict[str, dict[str, str]] = {
    "base-manager": {
        "healthcare/hospitals/scope.py": "part of the scope itself: narrows by whom it reaches",
        "healthcare/subscribers/undoing.py": "asks across the house whether anything was built on"
        " a batch; answers yes or no",
    },
    "raw-query": {
        "healthcare/history/apps.py": "makes two functions of libraries inert; part of migrate",
        "healthcare/hospitals/scope.py": "tells PostgreSQL the scope",
        "healthcare/brakes/pulling.py": "advisory locks",
        "healthcare/audit/counting.py": "asks functions of the database for figures and keys",
        "healthcare/patients/access.py": "the scope cannot be asked about itself: asks a function"
        " of the database for keys",
        "healthcare/runtime/demo/handing_out.py": "asks the name of the database",
        "healthcare/runtime/queue_schema.py": "installs the queue; part of a migration",
        "healthcare/walls/checks.py": "reads PostgreSQL's catalogue",
        "healthcare/walls/making.py": "makes the roles; part of a migration",
        "healthcare/walls/unguarded.py": "grants privileges; part of migrate",
        "healthcare/subscribers/ending.py": "advisory lock",
        "healthcare/subscribers/importing.py": "advisory lock and planner settings",
        "healthcare/subscribers/line_ends.py": "ends as many accesses as an import ends lines, in"
        " the scope its door opened",
        "healthcare/subscribers/loading/contests.py": _IMPORT,
        "healthcare/subscribers/loading/kept.py": _IMPORT,
        "healthcare/subscribers/loading/matching.py": _IMPORT,
        "healthcare/subscribers/loading/merging.py": _IMPORT,
        "healthcare/subscribers/loading/rejects.py": _IMPORT,
        "healthcare/subscribers/loading/staging.py": _IMPORT,
        "healthcare/subscribers/noticeboard.py": "progress of an import, on a line of its own",
        "healthcare/subscribers/undo_log.py": _IMPORT,
        "healthcare/subscribers/undoing.py": _IMPORT,
        "devices/authenticating.py": "finds a credential: nobody is signed in before it",
        "devices/columns.py": "COPY of readings; asks the scope which people it covers first",
        "devices/ingesting/advising.py": _READING,
        "devices/ingesting/columnwise.py": _READING,
        "devices/ingesting/confirmed.py": _READING,
        "devices/ingesting/holders.py": _READING,
        "devices/ingesting/partitions.py": "makes a month's partition; reads no row",
        "devices/ingesting/storing.py": _READING,
        "devices/handing_over.py": "keys of one device's readings, in the scope its door opened",
        "devices/status.py": "one statement a body; the ids come from what ingest placed",
        "devices/retracting.py": "a lock by a device's id; reads no row",
        "devices/stored_rows.py": "rows of named readings, in the scope of who retracts them",
        "packages/adopting.py": _BILLING,
        "packages/answering.py": _BILLING,
        "packages/billing/committing.py": _BILLING,
        "packages/billing/plain.py": _BILLING,
        "packages/charging.py": _BILLING,
        "packages/stopping.py": "stops in sets what an import ends, in the scope its door opened",
        "reports/monitoring/refreshing.py": "advisory lock",
        "reports/monitoring/state.py": "adds the missing rows of the worklist in one statement",
        "reports/monitoring/watching.py": _READING,
    },
    "delay": {
        "healthcare/runtime/ringing.py": "the seam itself",
    },
    "assembled-sql": {
        "devices/authenticating.py:_rows": "one of the constants above it",
        "devices/authenticating.py:_version": "one of the constants above it",
        "healthcare/hospitals/scope.py:_tell_database": "as many placeholders as settings",
        "healthcare/runtime/backend/base.py:_act": "the name of one of the four roles",
        "healthcare/walls/checks.py:_compare_role": "the name of one of three functions",
        "healthcare/walls/guarding.py": _WALLS,
        "healthcare/walls/making.py:make_roles": _WALLS,
        "healthcare/walls/restricting.py": _WALLS,
        "healthcare/walls/roles.py:_is_member": _WALLS,
        "healthcare/walls/seeing.py:as_batch": _WALLS,
        "devices/reading_tables.py:database_forwards": _WALLS,
        "devices/reading_tables.py:database_backwards": _WALLS,
        "healthcare/walls/unguarded.py:grant_unguarded": "names come from PostgreSQL, quoted",
        "healthcare/runtime/queue_schema.py:install": "the statements of the pgmq package",
        "healthcare/subscribers/loading/contests.py:_copy": "four names of temporary tables, all"
        " in this module",
        "healthcare/subscribers/loading/matching.py:match": _COLUMNS,
        "healthcare/subscribers/loading/merging.py:merge": _COLUMNS,
        "healthcare/subscribers/loading/staging.py:_create": _COLUMNS,
        "healthcare/subscribers/loading/staging.py:_copy": _COLUMNS,
        "healthcare/subscribers/undo_log.py:restore": "walks through a tuple of constants",
        "devices/columns.py:columns": "a constant filled by psycopg.sql.Literal",
        "devices/ingesting/columnwise.py:met": "one of the constants above it",
        "devices/ingesting/columnwise.py:_copy": "a partition's name, made of table and month",
        "devices/ingesting/advising.py:_with_a_second": "a constant with the constant of standing",
        "devices/ingesting/storing.py:_insert_few": _COLUMNS,
        "devices/ingesting/storing.py:_insert_staged": _COLUMNS,
        "devices/ingesting/storing.py:_copy": _COLUMNS,
        "devices/ingesting/storing.py:_which_say_the_same": _COLUMNS,
        "devices/ingesting/storing.py:_of_other_holders": _COLUMNS,
        "devices/ingesting/storing.py:_seen_at_other_times": _COLUMNS,
        "devices/handing_over.py:_readings": _COLUMNS,
        "devices/status.py:note": "a constant with numbers of this module and of clocks",
        "devices/stored_rows.py:rows_of": _COLUMNS,
        "packages/billing/plain.py:draft": "parts are constants chosen by the policy's rounding",
        "packages/billing/plain.py:others": "parts are constants",
        "packages/stopping.py:stop": "walks through a tuple of constants",
        "packages/charging.py:_plan": "two constants, chosen by the kind of document",
    },
}
