"""An officer's browser in tests: the pages of the desk and what stands on them."""

import re

from django.test import Client

QUEUE = "/admin/cases/case/"


def screen(user, language="en"):
    client = Client(headers={"Accept-Language": language})
    client.force_login(user)
    return client


def page_of(case):
    return f"{QUEUE}{case.pk}/change/"


def numbers(response):
    """The case numbers of a list, in the order of the rows."""
    return re.findall(r'class="field-number[^>]*>.*?<a[^>]*>([^<]+)</a>', response.content.decode(), re.DOTALL)


def moves_on(response):
    return set(re.findall(r'name="move" value="(\w+)"', response.content.decode()))


def press(client, case, move, **fields):
    return client.post(page_of(case), {"move": move, "version": case.version, **fields})
