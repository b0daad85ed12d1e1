"""Whether two records are of one person: pure, and every point of the score can be explained."""
