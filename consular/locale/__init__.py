"""What the project says in Chinese. English is in the code; ``django.po`` translates it, and the theme's words too.

``python -m consular.locale`` takes up what the code newly says, compiles, and names what is untranslated.
"""
