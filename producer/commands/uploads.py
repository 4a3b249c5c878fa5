"""The command that uploads an attachment for later sends."""

from producer.commands.command import CommandOf
from producer.commands.fields import IdText
from producer.commands.files import FileData
from producer.commands.results import Uploaded


class UploadAttachment(
    CommandOf[Uploaded],
    frozen=True,
    kw_only=True,
    omit_defaults=True,
    tag_field="type",
    tag="upload_attachment",
    forbid_unknown_fields=True,
):
    """Uploads an `audio`, `image`, `video` or `file`, by `url` or with its bytes; ids last 90 days."""

    attachment_type: IdText
    url: str | None = None
    filedata: FileData | None = None
    is_reusable: bool = False
    platform: IdText | None = None
