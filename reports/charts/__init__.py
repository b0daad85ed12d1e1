"""Charts: facts become one scene of shapes; two painters show it on a page and in a PDF."""
