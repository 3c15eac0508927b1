"""The object store, by S3. The only module that talks to it."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import IO, Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from django.conf import settings
from urllib3.exceptions import HTTPError

from apps.kernel.errors import Unavailable, Unknown

PART = 1024 * 1024
MISSING = {"404", "NoSuchKey", "NotFound"}


@dataclass(frozen=True, slots=True)
class Address:
    """Where something can be sent to or read, for a short while, by whoever it was made for."""

    url: str
    headers: dict[str, str]
    expires_at: datetime


class DocumentStore:
    """Objects by key, in one bucket. Raises ``Unavailable`` without an answer, ``Unknown`` for a lost key."""

    def __init__(self) -> None:
        self._bucket = _options()["bucket_name"]
        self._inside = _client(_options()["endpoint_url"])

    def size(self, key: str) -> int | None:
        """In bytes; nothing when there is no such object."""
        try:
            return int(self._call("head_object", Key=key)["ContentLength"])
        except Unknown:
            return None

    def open(self, key: str) -> tuple[int, Iterator[bytes]]:
        """The size in bytes, and the object in parts."""
        found = self._call("get_object", Key=key)
        return int(found["ContentLength"]), self._parts(found["Body"])

    def _parts(self, body: Any) -> Iterator[bytes]:
        with _translated(), body:
            yield from body.iter_chunks(PART)

    def put(self, key: str, content: bytes | IO[bytes], *, content_type: str) -> None:
        self._call("put_object", Key=key, Body=content, ContentType=content_type)

    def delete(self, key: str) -> None:
        """Gone afterwards, whether it was there or not."""
        with suppress(Unknown):
            self._call("delete_object", Key=key)

    def keys(self, prefix: str, *, before: datetime | None = None) -> Iterator[str]:
        """Every key below a prefix, or only those last written before a time."""
        with _translated():
            for page in self._inside.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=prefix):
                for found in page.get("Contents", []):
                    if before is None or found["LastModified"] < before:
                        yield found["Key"]

    def _call(self, name: str, **arguments: Any) -> Any:
        with _translated():
            return getattr(self._inside, name)(Bucket=self._bucket, **arguments)


@contextmanager
def _translated() -> Iterator[None]:
    """The errors of S3 in our words."""
    try:
        yield
    except ClientError as error:
        if str(error.response.get("Error", {}).get("Code")) in MISSING:
            raise Unknown from None
        raise Unavailable from error
    except (BotoCoreError, HTTPError, OSError) as error:
        raise Unavailable from error


def _options() -> dict[str, Any]:
    default: Any = settings.STORAGES["default"]
    return dict(default["OPTIONS"])


def _client(endpoint: str) -> Any:
    options = _options()
    return boto3.client(
        "s3",
        endpoint_url=endpoint,
        aws_access_key_id=options["access_key"],
        aws_secret_access_key=options["secret_key"],
        region_name=options["region_name"],
        config=Config(
            signature_version="s3v4",
            s3={"addressing_style": options["addressing_style"]},
            connect_timeout=5,
            read_timeout=10,
            retries={"total_max_attempts": 1},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        ),
    )


@lru_cache(maxsize=1)
def store() -> DocumentStore:
    """One per process: building the clients costs more than using them."""
    return DocumentStore()
