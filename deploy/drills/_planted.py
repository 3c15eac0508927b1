"""A search that finds nothing proves something only where it would have found: what is left for it to find."""

import contextlib
import io
from collections.abc import Iterator
from typing import Any

import boto3
import zxingcpp
from PIL import Image
from redis import Redis

from deploy.local.stack import Stack

NAME = "planted-by-the-drill"
MODULE = 5
"""Pixels: a code that is drawn large survives being made anew, and smaller."""


def bucket(stack: Stack) -> tuple[Any, str]:
    """The object store, and the name to use in it."""
    environ = stack.environ
    client = boto3.client(
        "s3",
        endpoint_url=environ["S3_ENDPOINT_URL"],
        aws_access_key_id=environ["S3_ACCESS_KEY_ID"],
        aws_secret_access_key=environ["S3_SECRET_ACCESS_KEY"],
        region_name=environ["S3_REGION"],
    )
    return client, environ["S3_BUCKET"]


@contextlib.contextmanager
def planted(stack: Stack, word: str) -> Iterator[None]:
    """The word in an object, in the broker and in a log: there the product itself should have left none."""
    client, name = bucket(stack)
    log = stack.profile.log_dir / NAME
    with contextlib.closing(Redis.from_url(stack.environ["REDIS_URL"])) as broker:
        client.put_object(Bucket=name, Key=NAME, Body=word.encode())
        broker.set(NAME, word)
        log.write_text(word, encoding="utf-8")
        try:
            yield
        finally:
            client.delete_object(Bucket=name, Key=NAME)
            broker.delete(NAME)
            log.unlink()


def drawn(picture: bytes, word: str) -> Image.Image:
    """The picture with the word in a code in its corner: what is seen stays, whatever is cleaned away."""
    code = zxingcpp.create_barcode(word, zxingcpp.BarcodeFormat.QRCode)
    page = Image.open(io.BytesIO(picture)).convert("RGB")
    square = Image.fromarray(code.to_image(scale=MODULE))
    page.paste(square.convert("RGB"), (0, page.height - square.height))
    return page


def read(content: bytes) -> bytes:
    """What a scanner reads in a picture; nothing in anything else."""
    try:
        page = Image.open(io.BytesIO(content)).convert("L")
    except (OSError, ValueError):
        return b""
    return b"\n".join(found.bytes for found in zxingcpp.read_barcodes(page))
