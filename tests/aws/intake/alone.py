"""Run by itself, with nothing to import from but the zip and what AWS's Python runtime brings: see test_handler.

    python -I -S alone.py ZIP RUNTIME < messages

`RUNTIME` is a folder with boto3 and what it needs. Prints the function's answer and the files of all modules that were
imported. With FORGE3D_DIE_AT, the process is gone when it would call that operation.
"""

import json
import os
import sys

sys.path[:0] = sys.argv[1:3]


class Context:
    function_name = "intake"
    memory_limit_in_mb = 128
    invoked_function_arn = "arn:aws:lambda:us-east-1:000000000000:function:intake"
    aws_request_id = "00000000-0000-0000-0000-000000000000"

    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 60_000


from botocore.client import BaseClient  # noqa: E402

from forge3d.aws.intake.handler import handle  # noqa: E402

call = BaseClient._make_api_call


def die_at(self, operation, given):  # type: ignore[no-untyped-def]
    if operation == os.environ.get("FORGE3D_DIE_AT"):
        os._exit(9)
    return call(self, operation, given)


BaseClient._make_api_call = die_at
bodies = json.load(sys.stdin)
event = {
    "Records": [
        {"messageId": str(number), "body": body, "eventSource": "aws:sqs", "awsRegion": "us-east-1"}
        for number, body in enumerate(bodies)
    ]
}
answer = handle(event, Context())
files = sorted({module.__file__ for module in list(sys.modules.values()) if getattr(module, "__file__", None)})
print(json.dumps({"answer": answer, "files": files}))
