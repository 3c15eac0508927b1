"""Visible digital seals (ICAO Doc 9303-13): the bytes in the code on the page."""
