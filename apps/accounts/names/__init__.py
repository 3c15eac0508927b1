"""Names: as the identity card writes them, as the passport prints them, and a guess from one to the other."""
