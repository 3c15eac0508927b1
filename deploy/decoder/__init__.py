"""The decoder of the verification page, zxing-cpp as WebAssembly: brought from npm to among the static files."""
