"""The intake: a Lambda function that judges what is uploaded, orders the build, or puts the file in quarantine.

Nothing here imports a native package: the function is a plain zip, made by `python -m forge3d.aws.intake intake.zip`.
Its handler is `forge3d.aws.intake.handler.handle`.

Files arrive as `incoming/<sku>/<name>` or `incoming/<sku>.glb`. S3 tells a queue, and the queue the function: a queue
keeps a message until it has been dealt with, slows down with the function, and puts what fails for good where it can be
looked at, none of which S3's direct call does. What is bad is moved to `quarantine/…`, with its reason beside it.
"""

from __future__ import annotations
