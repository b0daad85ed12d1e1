"""Files that a member or a hospital brings, to native items. Everything below is pure: it reads
files and knows neither Django nor the database."""
