"""An officer's browser: cookies, forms and links, as the pages have them."""

import re
from html.parser import HTMLParser

import httpx

ADMIN = "/admin"


class Form(HTMLParser):
    """The fields of every form of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.forms: list[dict[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append({})
        elif tag == "input" and self.forms and found.get("type") == "hidden":
            self.forms[-1][found.get("name", "")] = found.get("value", "")


class Desk:
    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def sign_in(self, username: str, password: str) -> None:
        page = self._page(f"{ADMIN}/login/")
        token = next(form["csrfmiddlewaretoken"] for form in Form(page).forms if "csrfmiddlewaretoken" in form)
        fields = {"csrfmiddlewaretoken": token, "username": username, "password": password, "next": f"{ADMIN}/"}
        answer = self._send(f"{ADMIN}/login/", fields)
        if answer.status_code != httpx.codes.FOUND:
            raise LookupError(f"{username} could not sign in (status {answer.status_code})")

    def find(self, number: str) -> None:
        """See the case in the queue. Raises ``LookupError`` when it is not there."""
        if number not in self._page(f"{ADMIN}/cases/case/"):
            raise LookupError(f"case {number} is not in the queue")

    def look_at_papers(self, case: str) -> None:
        """Open every paper of the case, as the page shows them."""
        page = self._page(f"{ADMIN}/cases/case/{case}/change/")
        papers = set(re.findall(rf"{ADMIN}/cases/case/{case}/papers/\d+/", page))
        if not papers:
            raise LookupError("the officer sees no papers")
        for address in papers:
            shown = self._http.get(address, follow_redirects=True).raise_for_status()
            if shown.headers["content-type"] != "image/jpeg":
                raise LookupError(f"a paper came as {shown.headers['content-type']}")

    def move(self, case: str, name: str) -> None:
        """Press the button of a move."""
        address = f"{ADMIN}/cases/case/{case}/change/"
        forms = Form(self._page(address)).forms
        form = next((form for form in forms if form.get("move") == name), None)
        if form is None:
            raise LookupError(f"the page has no button for {name}")
        answer = self._send(address, form)
        if answer.status_code != httpx.codes.FOUND:
            raise LookupError(f"{name} was refused (status {answer.status_code})")

    def sign_out(self) -> None:
        token = self._http.cookies.get("csrftoken") or ""
        self._send(f"{ADMIN}/logout/", {"csrfmiddlewaretoken": token})

    def _page(self, address: str) -> str:
        return self._http.get(address, headers={"Accept-Language": "zh-Hans"}).raise_for_status().text

    def _send(self, address: str, fields: dict[str, str]) -> httpx.Response:
        return self._http.post(address, data=fields, headers={"Referer": str(self._http.base_url)})
