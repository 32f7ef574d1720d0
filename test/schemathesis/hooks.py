"""Adapts generated requests to rules that the schemas cannot express."""

import re

import schemathesis

KEY = re.compile(r"[\x21-\x7e]{1,255}")
KEY_FIELDS = ("clientRequestId", "client_request_id")

CALLBACK = re.compile(r"https?://.{0,2000}", re.DOTALL)
CALLBACK_FIELDS = ("callbackUrl", "callback_url")


@schemathesis.hook
def before_call(context, case, kwargs):
    body = case.body
    if isinstance(body, dict):
        same_key(body, (case.headers or {}).get("Idempotency-Key"))
        public_callback(body)


def same_key(body, header):
    """Makes the idempotency keys of the header and the body equal."""
    for field in KEY_FIELDS:
        # Keep invalid keys, because the API must reject them.
        if all(isinstance(one, str) and KEY.fullmatch(one) for one in (header, body.get(field))):
            body[field] = header


def public_callback(body):
    """Replaces a callback URL by one that the API accepts."""
    for field in CALLBACK_FIELDS:
        if isinstance(body.get(field), str) and CALLBACK.fullmatch(body[field]):
            body[field] = "https://receiver.example/"
