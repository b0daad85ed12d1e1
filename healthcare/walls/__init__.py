"""The second wall: what PostgreSQL itself lets the application do, whatever the code above asks."""
