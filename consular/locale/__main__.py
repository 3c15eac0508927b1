import sys
from pathlib import Path

from consular.locale.catalogue import COMPILED, FOLDER, SOURCE, compiled, read, write
from consular.locale.texts import Text, all_texts


def update(folder: Path, places: dict[Text, list[str]]) -> list[str]:
    """Add what is new, drop what is gone, compile. Answers what is still untranslated."""
    source = folder / SOURCE
    known = read(source)
    current = {text: known.get(text, "") for text in places}
    source.write_text(write(current, places), encoding="utf-8")
    (folder / COMPILED).write_bytes(compiled(source))
    return [text.one for text, translation in current.items() if not translation]


def main() -> int:
    missing = update(FOLDER, all_texts())
    sys.stdout.writelines(f"untranslated: {one!r}\n" for one in missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
