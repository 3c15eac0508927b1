import sys

from consular.locale.catalogue import COMPILED, SOURCE, compiled, read, write
from consular.locale.texts import all_texts


def main() -> int:
    """Add what is new, drop what is gone, compile. Answers 1 while a text is untranslated."""
    places, known = all_texts(), read()
    current = {text: known.get(text, "") for text in places}
    SOURCE.write_text(write(current, places), encoding="utf-8")
    COMPILED.write_bytes(compiled())
    missing = [text.one for text, translation in current.items() if not translation]
    sys.stdout.writelines(f"untranslated: {one!r}\n" for one in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
