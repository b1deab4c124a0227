"""About the site: accessibility, privacy, languages."""
