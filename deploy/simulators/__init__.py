"""What stands in for outside organisations: own processes that share no code, keys or storage with the product."""
