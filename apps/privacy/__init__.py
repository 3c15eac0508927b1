"""What is known about a person: given to them, shown who looked at it, erased."""
