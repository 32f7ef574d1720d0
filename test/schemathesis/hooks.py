"""Says what no schema can: when the idempotency key comes both as header and in the body, the two must be equal."""

import re

import schemathesis

KEY = re.compile(r"[\x21-\x7e]{1,255}")


@schemathesis.hook
def before_call(context, case, kwargs):
    key = (case.headers or {}).get("Idempotency-Key")
    body = case.body
    if not isinstance(body, dict) or "clientRequestId" not in body:
        return
    # A key that is wrong by itself is left as it is: it must be refused.
    if all(isinstance(one, str) and KEY.fullmatch(one) for one in (key, body["clientRequestId"])):
        body["clientRequestId"] = key
